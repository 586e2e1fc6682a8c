import Formats

/// Applies the rules about commands and invisible characters to the decoded scalars of JSON and YAML.
struct DataScan {
  /// Keys whose values are commands.
  fileprivate static let commandKeys: Set<String> = [
    "run", "command", "commands", "cmd", "script", "scripts", "shell", "exec", "args", "entrypoint",
    "before_script", "after_script", "install", "setup", "bash", "sh",
  ]

  /// No key that is asked for has more bytes, in whatever case.
  fileprivate static let longestKey = 64

  /// The maximum number of list items that are joined to one command.
  private static let maxItems = 256

  /// A list or map that has begun and not ended.
  private struct Frame {
    let isList: Bool
    /// Whether its values are commands.
    let isCommand: Bool
    /// The scalars of a list that may be the words of one command.
    var items: [SourceText] = []
    /// The value of `command`, for a map that may also have `args`.
    var command: SourceText?
    var arguments: [SourceText] = []
    /// The key whose value comes next, in lower case; nil also for one that is longer than any that is asked for.
    private(set) var key: String?
    /// Whether the value of that key is a command.
    private(set) var isCommandKey = false

    mutating func take(key text: SourceText) {
      key = text.count <= DataScan.longestKey ? text.string().lowercased() : nil
      isCommandKey =
        key.map { DataScan.commandKeys.contains($0.contains("-") ? $0.replacing("-", with: "_") : $0) }
        ?? false
    }
  }

  private let document: AuditDocument
  private let watch: AuditWatch
  private var sink: FindingSink
  private var frames: [Frame] = []

  init(_ document: AuditDocument, _ watch: AuditWatch, _ sink: FindingSink) {
    self.document = document
    self.watch = watch
    self.sink = sink
  }

  static func scanJSON(
    _ text: SourceText,
    _ document: AuditDocument,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    var scan = DataScan(document, watch, sink)
    var reader = JSONScalars(text)
    while let event = reader.next() {
      scan.take(event)
      if watch.isCancelled { break }
    }
    sink = scan.sink
  }

  static func scanYAML(
    _ text: SourceText,
    _ document: AuditDocument,
    _ watch: AuditWatch,
    into sink: inout FindingSink
  ) {
    var scan = DataScan(document, watch, sink)
    let rest = YAMLScalars.read(text) { event in
      scan.take(event)
      return !watch.isCancelled
    }
    sink = scan.sink
    // An agent may read even text that is not valid YAML.
    if rest < text.count, !watch.isCancelled {
      CodeRules.run(text.slice(rest..<text.count), .value, document, watch, into: &sink)
      VariableRules.scan(text.slice(rest..<text.count), document, into: &sink)
    }
  }

  // MARK: Events

  private mutating func take(_ event: DataEvent) {
    switch event {
    case .listStart, .mapStart:
      var isList = false
      if case .listStart = event { isList = true }
      frames.append(Frame(isList: isList, isCommand: isCommandNext))
    case .end: end()
    case .key(let text):
      if let index = frames.indices.last { frames[index].take(key: text) }
      VariableRules.scan(text, document, into: &sink)
    case .scalar(let text, let isDecoded): take(text, isDecoded: isDecoded)
    }
  }

  private var isCommandNext: Bool {
    guard let frame = frames.last else { return false }
    return frame.isCommand || !frame.isList && frame.isCommandKey
  }

  private mutating func take(_ text: SourceText, isDecoded: Bool) {
    let isCommand = isCommandNext
    if isCommand {
      CodeRules.run(text, .code, document, watch, into: &sink)
    } else {
      CodeRules.run(text, .value, document, watch, into: &sink)
      ProseRules.scan(text, document, watch, into: &sink)
    }
    VariableRules.scan(text, document, into: &sink)
    if isDecoded { EscapeRules.scan(text, document, into: &sink) }
    note(text, isCommand: isCommand)
  }

  /// Remembers a scalar that may be a word of a command.
  private mutating func note(_ text: SourceText, isCommand: Bool) {
    guard isCommand, let index = frames.indices.last else { return }
    if frames[index].isList {
      if frames[index].items.count < Self.maxItems { frames[index].items.append(text) }
    } else if let key = frames[index].key, ["command", "cmd", "entrypoint"].contains(key) {
      frames[index].command = text
    }
  }

  private mutating func end() {
    guard let frame = frames.popLast() else { return }
    if frame.isList, frame.isCommand {
      if let index = frames.indices.last, frames[index].key == "args" {
        frames[index].arguments = frame.items
      } else {
        run(frame.items)
      }
    } else if let command = frame.command, !frame.arguments.isEmpty {
      run([command] + frame.arguments)
    }
  }

  /// Reads a list as the words of one command if the first is a single word, else each item as a command.
  private mutating func run(_ items: [SourceText]) {
    guard let first = items.first, items.count > 1, !first.bytes.contains(0x20) else { return }
    var text = SourceText()
    for item in items {
      let source = item.source(at: 0)
      if !text.isEmpty { text.append(0x20, from: source) }
      // Each item is quoted so that it stays one word; quotes inside it are left out.
      text.append(0x27, from: source)
      for (offset, byte) in item.bytes.prefix(64 << 10).enumerated() where byte != 0x27 {
        text.append(byte, from: item.source(at: offset))
      }
      text.append(0x27, from: source)
    }
    CodeRules.run(text, .code, document, watch, into: &sink)
  }
}

/// An event of a reader of JSON or YAML.
enum DataEvent {
  case listStart
  case mapStart
  case end
  case key(SourceText)
  /// A decoded scalar; `isDecoded` is true if it had escapes.
  case scalar(SourceText, isDecoded: Bool)
}
