import Formats
import ObjectStore
import RegistrySync

/// How much differs, a line for each file and one for all: `git diff --stat`.
struct DiffStat {
  /// The most plus and minus signs of one line.
  private static let barWidth = 40

  private let files: [(difference: FileDifference, comparison: FileComparison)]

  init(_ files: [(difference: FileDifference, comparison: FileComparison)]) {
    self.files = files
  }

  var lines: [SafeText] {
    let names = files.map { Self.name($0.difference) }
    let width = names.map(\.width).max() ?? 0
    let counts = files.map { SafeText($0.comparison.lineCounts.map { "\($0.added + $0.removed)" } ?? "-") }
    let countWidth = counts.map(\.width).max() ?? 0
    let largest = files.compactMap { $0.comparison.lineCounts.map { $0.added + $0.removed } }.max() ?? 0
    return zip(names.indices, files).map { index, file in
      let name = names[index] + .spaces(width - names[index].width)
      let count = SafeText.spaces(countWidth - counts[index].width) + counts[index]
      let detail = Self.detail(file.difference, file.comparison, largest)
      return " \(name) | \(count)" + (detail.isEmpty ? "" : " " + detail)
    } + [summary]
  }

  /// ` 2 files changed, 3 insertions(+), 1 deletion(-)`, as git says it.
  private var summary: SafeText {
    let counts = files.compactMap(\.comparison.lineCounts)
    let (added, removed) = (counts.reduce(0) { $0 + $1.added }, counts.reduce(0) { $0 + $1.removed })
    var line: SafeText = " \(Quantity.count(files.count, "file")) changed"
    if files.isEmpty { return line }
    if added > 0 || removed == 0 { line.append(", \(Quantity.count(added, "insertion"))(+)") }
    if removed > 0 || added == 0 { line.append(", \(Quantity.count(removed, "deletion"))(-)") }
    return line
  }

  private static func name(_ difference: FileDifference) -> SafeText {
    guard difference.kind == .renamed, let old = difference.old else {
      return SafeText(difference.path.description)
    }
    return "\(old.path) => \(difference.path)"
  }

  private static func detail(
    _ difference: FileDifference,
    _ comparison: FileComparison,
    _ largest: Int
  ) -> SafeText {
    switch comparison {
    case .text(let diff):
      let scale = { (count: Int) in
        // What is there shows, however little of the whole it is.
        largest <= barWidth || count == 0 ? count : max(1, count * barWidth / largest)
      }
      return "\(String(repeating: "+", count: scale(diff.addedCount)), .added)"
        + "\(String(repeating: "-", count: scale(diff.removedCount)), .removed)"
    case .binary, .tooLarge:
      let word: SafeText = if case .binary = comparison { "binary" } else { "too large" }
      let sizes = [difference.old, difference.new].map { $0?.size.map { "\($0)" } ?? "0" }
      return "\(word), \(sizes[0]) -> \(sizes[1]) bytes"
    }
  }
}

extension FileComparison {
  /// How many lines came and went; nil where lines were not compared.
  var lineCounts: (added: Int, removed: Int)? {
    if case .text(let diff) = self { (diff.addedCount, diff.removedCount) } else { nil }
  }
}

extension FileDifference {
  /// `M`, `A`, `D` or `R100`, as `git diff --name-status` has it.
  private var letter: String {
    switch kind {
    case .added: "A"
    case .removed: "D"
    case .changed: "M"
    case .renamed: "R100"
    }
  }

  /// The line of `--name-status`; fields are separated by tabs.
  var nameStatus: SafeText {
    let fields = [letter] + (kind == .renamed ? [old?.path.description ?? ""] : []) + [path.description]
    return fields.dropFirst().reduce(SafeText(fields[0])) { $0 + SafeText(contents: "\t") + SafeText($1) }
  }

  /// The difference for programs.
  func json(_ comparison: FileComparison?, withText: Bool) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("path", .string(path.description)), ("status", .string(kind.rawValue)),
      ("old_path", .string(orNull: kind == .renamed ? old?.path.description : nil)),
      ("old", .string(orNull: old?.id.description)), ("new", .string(orNull: new?.id.description)),
      ("old_size", old?.size.map { .number($0) } ?? .null),
      ("new_size", new?.size.map { .number($0) } ?? .null),
    ]
    guard let comparison else { return .object(members) }
    let counts = comparison.lineCounts
    let isBinary = if case .binary = comparison { true } else { false }
    members += [
      ("added_lines", counts.map { .number($0.added) } ?? .null),
      ("removed_lines", counts.map { .number($0.removed) } ?? .null), ("binary", .boolean(isBinary)),
    ]
    if withText {
      var patch = PatchText.raw
      patch.append(self, comparison)
      // What is not UTF-8 is replaced; the ids above are those of the bytes.
      members.append(("patch", .string(String(decoding: patch.bytes, as: UTF8.self))))
    }
    return .object(members)
  }
}
