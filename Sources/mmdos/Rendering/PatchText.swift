import Formats
import ObjectStore
import RegistrySync

/// Differences in the unified format of git, as `git apply` and `patch` read it.
///
/// For a terminal, or a pager on it, every line is escaped. Elsewhere the lines of files are as they are, like
/// what `registry cat` prints: an escaped patch would not apply.
struct PatchText {
  /// What goes out, finished.
  private(set) var bytes: [UInt8] = []

  private let isEscaped: Bool
  private let usesColor: Bool

  /// Nothing escaped: for JSON, which has its own way.
  static let raw = PatchText(isEscaped: false, usesColor: false)

  init(for output: Output) {
    // Colour that was asked for by flag ends on a terminal, whatever is between here and there.
    self.init(isEscaped: output.isTerminal || output.usesColor, usesColor: output.usesColor)
  }

  private init(isEscaped: Bool, usesColor: Bool) {
    self.isEscaped = isEscaped
    self.usesColor = usesColor
  }

  /// Adds one file.
  mutating func append(_ difference: FileDifference, _ comparison: FileComparison) {
    let (old, new) = (difference.old?.path.description, difference.new?.path.description)
    let (oldName, newName) = ("a/\(old ?? new ?? "")", "b/\(new ?? old ?? "")")
    line("diff --git \(oldName) \(newName)", .heading)
    switch difference.kind {
    case .added: line("new file mode 100644", .heading)
    case .removed: line("deleted file mode 100644", .heading)
    case .renamed:
      line("similarity index 100%", .heading)
      line("rename from \(old ?? "")", .heading)
      line("rename to \(new ?? "")", .heading)
    case .changed: break
    }
    appendIndex(difference)
    let sides = (old == nil ? "/dev/null" : oldName, new == nil ? "/dev/null" : newName)
    switch comparison {
    case .text(let diff):
      guard !diff.hunks.isEmpty else { return }
      line("--- \(Self.ended(sides.0))", .heading)
      line("+++ \(Self.ended(sides.1))", .heading)
      for hunk in diff.hunks { append(hunk) }
    case .binary: line("Binary files \(sides.0) and \(sides.1) differ", nil)
    case .tooLarge: line("Files \(sides.0) and \(sides.1) differ; too large to compare by lines", nil)
    }
  }

  /// The line with both contents' ids, without which `git apply` takes no binary file for one.
  private mutating func appendIndex(_ difference: FileDifference) {
    if difference.kind == .renamed { return }
    let ids = [difference.old, difference.new].map { $0?.id.abbreviated ?? "000000000000" }
    line("index \(ids[0])..\(ids[1])" + (difference.kind == .changed ? " 100644" : ""), .heading)
  }

  /// A name with spaces is followed by a tab, by which `patch` finds its end (git does the same).
  private static func ended(_ name: String) -> String { name.contains(" ") ? name + "\t" : name }

  private mutating func append(_ hunk: TextDiff.Hunk) {
    line(hunk.header, .faint)
    for line in hunk.lines {
      switch line.kind {
      case .unchanged: append(line, " ", nil)
      case .removed: append(line, "-", .removed)
      case .added: append(line, "+", .added)
      }
    }
  }

  private mutating func append(_ line: TextDiff.Line, _ mark: Unicode.Scalar, _ style: Style?) {
    if isEscaped {
      let text = SafeText("\(mark)") + SafeText(contents: String(decoding: line.bytes, as: UTF8.self))
      write(style.map { text.styled($0) } ?? text)
    } else {
      bytes.append(UInt8(ascii: mark))
      bytes += line.bytes
    }
    bytes.append(UInt8(ascii: "\n"))
    if line.lacksNewline { self.line("\\ No newline at end of file", nil) }
  }

  /// A line of the program's own, with names of files in it.
  private mutating func line(_ text: String, _ style: Style?) {
    // Names of files have no control characters in any tree; what a terminal could still take amiss is escaped.
    let safe = isEscaped ? SafeText(contents: text) : nil
    if let safe { write(style.map { safe.styled($0) } ?? safe) } else { bytes += text.utf8 }
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func write(_ text: SafeText) {
    bytes += text.rendered(inColor: usesColor).utf8
  }
}
