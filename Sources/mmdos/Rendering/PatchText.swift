import Formats
import ObjectStore
import RegistrySync

/// Differences in the unified format of git, as `git apply` and `patch` read it.
///
/// On a terminal, or in a pager on it, every line is escaped. Elsewhere the lines of files are unchanged, because an
/// escaped patch would not apply.
struct PatchText {
  /// The finished text, with colours and escapes.
  private(set) var bytes: [UInt8] = []

  private let isEscaped: Bool
  private let usesColor: Bool

  /// Escapes nothing, because JSON escapes by itself.
  static let raw = PatchText(isEscaped: false, usesColor: false)

  init(for output: Output) {
    // With `--color always` the text is meant for a terminal, even if it passes through a pipe first.
    self.init(isEscaped: output.isTerminal || output.usesColor, usesColor: output.usesColor)
  }

  private init(isEscaped: Bool, usesColor: Bool) {
    self.isEscaped = isEscaped
    self.usesColor = usesColor
  }

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

  /// Adds the line with the ids of both contents, without which `git apply` does not accept a binary file.
  private mutating func appendIndex(_ difference: FileDifference) {
    if difference.kind == .renamed { return }
    let ids = [difference.old, difference.new].map { $0?.id.abbreviated ?? "000000000000" }
    line("index \(ids[0])..\(ids[1])" + (difference.kind == .changed ? " 100644" : ""), .heading)
  }

  /// Adds a tab to a name with spaces, as git does, so that `patch` finds the end of the name.
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

  /// Adds a line that is not from a file but may contain file names.
  private mutating func line(_ text: String, _ style: Style?) {
    // File names in trees have no control characters, but may have others that are escaped on a terminal.
    let safe = isEscaped ? SafeText(contents: text) : nil
    if let safe { write(style.map { safe.styled($0) } ?? safe) } else { bytes += text.utf8 }
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func write(_ text: SafeText) {
    bytes += text.rendered(inColor: usesColor).utf8
  }
}
