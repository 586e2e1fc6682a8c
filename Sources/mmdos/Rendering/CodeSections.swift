import RegistrySync

/// Differences in the unified format, those of code behind all others under a heading of their own.
struct CodeSections {
  /// What stands before code.
  static let heading: SafeText = "\("code", .warning):"

  private var text: PatchText
  private var code: PatchText
  private let usesColor: Bool

  init(for output: Output) {
    (text, code) = (PatchText(for: output), PatchText(for: output))
    usesColor = output.usesColor
  }

  mutating func append(_ difference: FileDifference, _ comparison: FileComparison, isCode: Bool) {
    if isCode { code.append(difference, comparison) } else { text.append(difference, comparison) }
  }

  /// Both sections; the heading is a line that programs that apply patches skip.
  var bytes: [UInt8] {
    guard !code.bytes.isEmpty else { return text.bytes }
    return text.bytes + Array((Self.heading.rendered(inColor: usesColor) + "\n").utf8) + code.bytes
  }
}
