/// The kind of a file, which its name tells and which decides what rules are applied.
enum AuditKind: Equatable {
  case markdown
  case yaml
  case json
  /// A shell script.
  case script
  /// A program in another language.
  case program
  /// `catalog.yaml`, whose slugs are also compared with each other.
  case catalog
  case other

  init(path: String) {
    guard path != "catalog.yaml" else {
      self = .catalog
      return
    }
    let name = path.lowercased()
    let end = name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? ""
    switch end {
    case "md", "markdown", "mdc", "mdx": self = .markdown
    case "yaml", "yml": self = .yaml
    case "json", "jsonc", "jsonl", "json5": self = .json
    case "sh", "bash", "zsh", "ksh", "fish", "ps1", "psm1", "bat", "cmd", "command": self = .script
    case "py", "js", "mjs", "cjs", "ts", "rb", "pl", "php": self = .program
    default: self = .other
    }
  }
}
