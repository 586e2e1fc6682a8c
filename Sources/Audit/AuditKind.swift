/// The kind of a file, which its name tells and which decides what rules are applied.
enum AuditKind: Equatable {
  case markdown
  case yaml
  case json
  /// A shell script.
  case script
  /// A program in another language, or settings.
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
    case "ipynb": self = .json
    case _ where Self.scripts.contains(end): self = .script
    case _ where Self.programs.contains(end): self = .program
    case _ where Self.data.contains(end): self = .other
    // What is known no better, such as LICENSE, notes and templates, people and agents read as a page.
    default: self = .markdown
    }
  }

  /// The kind of code that a file is by its first bytes, whatever its name is; nil where they have no interpreter line.
  ///
  /// `start`: Two bytes decide whether there is one, behind a byte order mark five.
  init?(interpreterOf start: some Collection<UInt8>) {
    let line = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start.dropFirst(0)
    guard line.starts(with: Array("#!".utf8)) else { return nil }
    let text = String(decoding: line.prefix { $0 != 0x0A }.prefix(256), as: UTF8.self).lowercased()
    self = Self.interpreters.contains(where: text.contains) ? .program : .script
  }

  /// Interpreters of languages other than shell.
  private static let interpreters = [
    "python", "node", "deno", "bun", "ruby", "perl", "php", "lua", "rscript", "julia", "swift", "groovy",
    "elixir",
  ]

  /// Data of which an agent reads values at most; the rules for lines apply.
  private static let data: Set<String> = [
    "css", "csv", "tsv", "svg", "xml", "xsd", "patch", "diff", "lock", "bib",
  ]

  private static let scripts: Set<String> = [
    "sh", "bash", "zsh", "ksh", "csh", "tcsh", "fish", "nu", "command", "ps1", "psm1", "psd1", "bat", "cmd",
    "mk",
  ]

  /// Programs, and settings whose strings may hold commands.
  private static let programs: Set<String> = [
    "toml", "ini", "cfg", "conf", "env", "properties", "py", "pyw", "pyx", "pyi", "js", "mjs", "cjs", "jsx",
    "ts", "mts", "cts", "tsx", "vue", "svelte",
    "coffee", "rb",
    "rake", "gemspec", "pl", "pm", "lua", "php", "phtml", "r", "jl", "groovy", "gradle", "ex", "exs", "raku",
    "go", "rs",
    "swift", "java", "kt", "kts", "scala", "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "m", "mm", "cs",
    "fs", "fsx",
    "vb", "vbs", "dart", "zig", "nim", "hs", "ml", "erl", "clj", "cljs", "sql", "nix", "tcl", "applescript",
  ]
}
