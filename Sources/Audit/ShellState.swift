/// What a script has done so far: shared by all readers of one block of code, those of its quotes included.
final class ShellState {
  /// Variables and files that are remembered.
  private static let maxNames = 4_096
  /// Findings that are kept; the sink keeps fewer.
  private static let maxFindings = 1_000
  /// Quotes within quotes that are read as commands of their own.
  static let maxNesting = 6

  private(set) var findings: [ShellFinding] = []
  private var counts: [AuditRule: Int] = [:]
  private var variables: [String: ShellTaint] = [:]
  private var files: [String: ShellTaint] = [:]
  /// How many readers of quotes are at work.
  var nesting = 0
  /// Bytes that may still be read a second time: variables and files must not make a short text a long one.
  private var budget = 1 << 20

  func report(_ rule: AuditRule, at source: Int?, _ detail: @autoclosure () -> String) {
    guard let source, counts[rule, default: 0] < Self.maxFindings else { return }
    counts[rule, default: 0] += 1
    findings.append(ShellFinding(rule: rule, source: source, detail: detail()))
  }

  /// Takes a text into account that stands in the file only once but is read again.
  ///
  /// No script comes near the limit; one that does is reported, because what is behind it stays unread.
  ///
  /// - Returns: Whether it may be.
  func spend(_ bytes: Int, at source: Int) -> Bool {
    if budget > 0, budget <= bytes {
      report(.encodedCommand, at: source, "commands within commands, too many to be read")
    }
    budget = max(0, budget - bytes)
    return budget > 0
  }

  /// Allows for a text of this size.
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

  /// After a check against a known digest or signature, what was loaded is what somebody has looked at.
  func trustFiles() {
    for name in files.keys { files[name]?.download = nil }
  }

  private static func path(_ name: String) -> String {
    var path = name[...]
    while path.hasPrefix("./") || path.hasPrefix(".\\") { path = path.dropFirst(2) }
    return path.lowercased()
  }
}
