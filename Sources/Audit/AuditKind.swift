/// What a file is to the rules, by its name.
enum AuditKind: Equatable {
  case markdown
  case yaml
  case json
  /// Commands of a shell.
  case script
  /// A program in another language.
  case program
  /// `catalog.yaml`, whose slugs are compared, too.
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
