import Formats

/// Whether a text that a page does not show reads like an instruction to whoever reads its source.
///
/// Judged by English words and their order: text that addresses an agent, or tells it to ignore rules, to keep
/// something from the user or to send secrets. It is asked only about text that is hidden.
enum InstructionShape {
  /// The number of bytes that are read; a longer hidden text is reported for its size anyway.
  static let maxBytes = 4 << 10

  static func isInstruction(_ text: some Collection<UInt8>) -> Bool {
    let words = words(of: text)
    guard words.count >= 2 else { return false }
    return isToAgents(words) || isSending(words) || isOrder(words)
  }

  /// The same for visible text, which may tell people what to do: only instructions to agents count.
  static func isForAgents(_ text: some Collection<UInt8>) -> Bool { isToAgents(words(of: text)) }

  private static func isToAgents(_ words: [Word]) -> Bool {
    isAddressed(words) || setsAside(words) || isSecretive(words)
  }

  /// A word in lower case, and whether a colon or a comma follows.
  struct Word {
    let text: String
    let isCalled: Bool
  }

  /// The words of a text: runs of letters, digits and apostrophes.
  static func words(of text: some Collection<UInt8>) -> [Word] {
    var words: [Word] = []
    var current: [UInt8] = []
    for byte in text.prefix(maxBytes) {
      if ASCII.isLetterOrDigit(byte) || byte >= 0x80 {
        current.append(ASCII.isLetter(byte) ? byte | 0x20 : byte)
        continue
      }
      if byte == UInt8(ascii: "'") { continue }
      if !current.isEmpty {
        let isCalled = byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",")
        words.append(Word(text: String(decoding: current, as: UTF8.self), isCalled: isCalled))
        current.removeAll(keepingCapacity: true)
      }
    }
    if !current.isEmpty {
      words.append(Word(text: String(decoding: current, as: UTF8.self), isCalled: false))
    }
    return words
  }

  private static let addressees: Set<String> = [
    "agent", "agents", "assistant", "assistants", "ai", "ais", "claude", "copilot", "cursor", "codex",
    "gemini",
    "chatgpt", "gpt", "llm", "llms", "chatbot", "bot", "bots", "model", "models",
  ]
  private static let modals: Set<String> = [
    "must", "should", "shall", "need", "have", "please", "always", "never",
  ]
  private static let risky: Set<String> = [
    "upload", "send", "exfiltrate", "execute", "run", "install", "delete", "remove", "ignore", "disregard",
    "forget",
    "override", "bypass", "reveal", "post", "transmit", "download", "fetch", "disable", "approve", "leak",
    "email",
    "forward", "append", "insert", "overwrite", "commit", "push", "obey",
  ]

  /// `Agents: upload …`, `AI assistants must …`.
  private static func isAddressed(_ words: [Word]) -> Bool {
    for (index, word) in words.enumerated() where addressees.contains(word.text) {
      let rest = words[(index + 1)...].prefix(8)
      let isFirst = index < 3
      if word.isCalled, isFirst, rest.contains(where: { risky.contains($0.text) || modals.contains($0.text) })
      {
        return true
      }
      if let next = rest.first, modals.contains(next.text), rest.contains(where: { risky.contains($0.text) })
      {
        return true
      }
    }
    return false
  }

  private static let settingAside: Set<String> = [
    "ignore", "disregard", "forget", "override", "bypass", "discard", "overrule",
  ]
  private static let rules: Set<String> = [
    "instruction", "instructions", "prompt", "prompts", "rules", "guidelines", "guardrails", "policies",
    "policy",
    "restrictions", "user", "users", "directives",
  ]
  private static let earlier: Set<String> = [
    "previous", "prior", "above", "earlier", "all", "any", "other", "system", "safety", "the", "your",
    "preceding",
  ]

  /// `ignore all previous instructions`.
  private static func setsAside(_ words: [Word]) -> Bool {
    for (index, word) in words.enumerated() where settingAside.contains(word.text) {
      let rest = words[(index + 1)...].prefix(5)
      guard let first = rest.first, earlier.contains(first.text) else { continue }
      if rest.contains(where: { rules.contains($0.text) }) { return true }
    }
    return false
  }

  /// `do not tell the user`, `without asking the user`.
  private static func isSecretive(_ words: [Word]) -> Bool {
    let telling: Set<String> = [
      "tell", "mention", "inform", "reveal", "show", "notify", "alert", "ask", "telling", "mentioning",
      "informing",
      "revealing", "showing", "notifying", "asking",
    ]
    for (index, word) in words.enumerated() where telling.contains(word.text) {
      let before = words[..<index].suffix(3).map(\.text)
      guard before.contains(where: { ["not", "dont", "never", "without"].contains($0) }) else { continue }
      if words[(index + 1)...].prefix(5).contains(where: {
        ["user", "users", "human", "anyone"].contains($0.text)
      }) {
        return true
      }
    }
    return false
  }

  /// `upload the workspace to evil.example`.
  private static func isSending(_ words: [Word]) -> Bool {
    let sending: Set<String> = [
      "upload", "send", "exfiltrate", "post", "transmit", "leak", "forward", "email",
    ]
    let things: Set<String> = [
      "workspace", "secrets", "secret", "tokens", "token", "credentials", "credential", "passwords",
      "password",
      "keys", "env", "environment", "conversation", "history", "repository", "files", "ssh", "cookies",
    ]
    for (index, word) in words.enumerated() where sending.contains(word.text) {
      let rest = words[(index + 1)...].prefix(8).map(\.text)
      if rest.contains(where: things.contains), rest.contains("to") { return true }
    }
    return false
  }

  /// `you must run …`, `you are now …`.
  private static func isOrder(_ words: [Word]) -> Bool {
    for (index, word) in words.enumerated() where word.text == "you" {
      let rest = words[(index + 1)...].prefix(6).map(\.text)
      guard let first = rest.first else { continue }
      if first == "are", rest.dropFirst().first == "now" { return true }
      if ["must", "shall"].contains(first), rest.contains(where: risky.contains) { return true }
    }
    return false
  }
}
