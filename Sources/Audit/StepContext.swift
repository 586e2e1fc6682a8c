import Formats

/// Tells which lines of a YAML or JSON file hold commands, by keys and indentation.
///
/// Line by line and without a parser: a file that does not parse can be read by an agent all the same.
struct StepContext {
  /// Keys whose values are commands.
  private static let commandKeys: Set<String> = [
    "run", "command", "commands", "cmd", "script", "scripts", "shell", "exec", "args", "entrypoint",
    "before_script", "after_script", "install", "setup", "bash", "sh",
  ]

  /// The key that the lines belong to.
  private struct Key {
    let indentation: Int
    /// Whether line breaks are no breaks of its value.
    let isFolded: Bool
  }

  private let isJSON: Bool
  private var command: Key?
  private var latest = ShellRules.Context.value

  init(isJSON: Bool) {
    self.isJSON = isJSON
  }

  /// Takes the next line.
  ///
  /// - Returns: What it is to the rules about commands, and whether it goes on where the line before ended.
  mutating func take(_ line: AuditLine) -> (context: ShellRules.Context, joins: Bool) {
    if line.isContinuation, !isJSON { return (latest, true) }
    let result = takeBeginning(line)
    latest = result.context
    return result
  }

  private mutating func takeBeginning(_ line: AuditLine) -> (context: ShellRules.Context, joins: Bool) {
    if isJSON { return (Self.namesCommand(line) ? .code : .value, false) }
    guard let start = line.firstVisible else { return (command == nil ? .value : .code, false) }
    let isItem = line.bytes[start] == UInt8(ascii: "-")
    if let command, start > command.indentation || isItem && start == command.indentation {
      // A key within, as in `run: { command: … }`, changes nothing: all of it belongs to the command.
      return (.code, command.isFolded)
    }
    command = nil
    guard let (key, value) = Self.commandKey(of: line, from: start) else { return (.value, false) }
    let isFolded = value < line.bytes.count && line.bytes[value] == UInt8(ascii: ">")
    command = Key(indentation: key, isFolded: isFolded)
    return (.code, false)
  }

  /// Where the key of a command that begins a line stands, behind the dashes of lists, and where its value begins.
  private static func commandKey(of line: AuditLine, from start: Int) -> (key: Int, value: Int)? {
    let bytes = line.bytes
    var offset = start
    while offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "-"), bytes[offset + 1] == 0x20 {
      offset = bytes[(offset + 1)...].firstIndex { $0 != 0x20 } ?? bytes.count
    }
    let begin = offset
    let isQuoted = offset < bytes.count && isQuote(bytes[offset])
    if isQuoted { offset += 1 }
    let name = bytes[offset...].prefix {
      ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
    offset = name.endIndex
    if isQuoted, offset < bytes.count, isQuote(bytes[offset]) { offset += 1 }
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: ":"), isCommand(name) else { return nil }
    return (begin, bytes[(offset + 1)...].firstIndex { $0 != 0x20 } ?? bytes.count)
  }

  private static func isCommand(_ name: ArraySlice<UInt8>) -> Bool {
    guard let first = name.first, name.count <= longestKey, initials.contains(first | 0x20) else {
      return false
    }
    let text = String(decoding: name.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
    return commandKeys.contains(text.lowercased())
  }

  private static let longestKey = commandKeys.map(\.utf8.count).max() ?? 0
  private static let initials = commandKeys.compactMap(\.utf8.first)

  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
  }

  /// Whether a line of JSON has a command's key anywhere.
  private static func namesCommand(_ line: AuditLine) -> Bool {
    var begin: Int?
    for offset in line.bytes.indices where line.bytes[offset] == UInt8(ascii: "\"") {
      guard let start = begin else {
        begin = offset + 1
        continue
      }
      begin = nil
      let rest = line.bytes[(offset + 1)...].first { $0 != 0x20 }
      if rest == UInt8(ascii: ":"), isCommand(line.bytes[start..<offset]) { return true }
    }
    return false
  }
}
