/// What a script has done so far, shared by all readers of one block of code and of its quotes.
final class ShellState {
  /// The maximum number of variables and of files that are remembered.
  private static let maxNames = 4_096
  /// The maximum number of findings that are kept; the sink keeps fewer.
  private static let maxFindings = 1_000
  /// The maximum nesting of quotes that are read as commands.
  static let maxNesting = 6

  private(set) var findings: [ShellFinding] = []
  private var counts: [AuditRule: Int] = [:]
  private var variables: [String: ShellTaint] = [:]
  private var files: [String: ShellTaint] = [:]
  /// The current nesting of quotes.
  var nesting = 0
  /// The number of bytes that may still be read again, because variables and files must not make a short text a long
  /// one.
  private var budget = 1 << 20

  func report(_ rule: AuditRule, at source: Int?, _ detail: @autoclosure () -> String) {
    guard let source, counts[rule, default: 0] < Self.maxFindings else { return }
    counts[rule, default: 0] += 1
    findings.append(ShellFinding(rule: rule, source: source, detail: detail()))
  }

  /// Counts a text that is in the file once but is read again.
  ///
  /// Real scripts do not come near the limit; one that does is reported because its rest is not read.
  ///
  /// - Returns: Whether the text may be read.
  func spend(_ bytes: Int, at source: Int) -> Bool {
    if budget > 0, budget <= bytes {
      report(.encodedCommand, at: source, "commands within commands, too many to be read")
    }
    budget = max(0, budget - bytes)
    return budget > 0
  }

  /// Raises the limit by the size of a text.
  func allow(_ bytes: Int) { budget += bytes }

  // MARK: Variables and files

  func variable(_ name: String) -> ShellTaint? { variables[name.lowercased()] }

  func set(variable name: String, _ value: ShellTaint) {
    guard !name.isEmpty, variables.count < Self.maxNames || variables[name.lowercased()] != nil else {
      return
    }
    variables[name.lowercased()] = value
  }

  func file(_ name: String) -> ShellTaint? { files.isEmpty ? nil : files[Self.path(name)] }

  func set(file name: String, _ content: ShellTaint) {
    let path = Self.path(name)
    guard !path.isEmpty, files.count < Self.maxNames || files[path] != nil else { return }
    files[path] = content
  }

  /// Trusts downloaded files after a check against a known digest or signature.
  func trustFiles() {
    for name in files.keys { files[name]?.download = nil }
  }

  private static func path(_ name: String) -> String {
    var path = name[...]
    while path.hasPrefix("./") || path.hasPrefix(".\\") { path = path.dropFirst(2) }
    return path.lowercased()
  }
}
