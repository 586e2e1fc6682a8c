import Formats

/// The language of a block of code, by the first word of its info string.
enum CodeLanguage {
  /// Commands, or no language is named.
  case shell
  case json
  case yaml
  /// A program in another language, whose strings may hold commands.
  case program

  init(info: [UInt8]) {
    let word = info.drop { $0 <= 0x20 || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: ".") }
      .prefix { ASCII.isLetterOrDigit($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "#") }
    self.init(named: String(decoding: word.prefix(32), as: UTF8.self).lowercased())
  }

  init(named name: String) {
    switch name {
    case "json", "jsonc", "json5", "jsonl", "ndjson": self = .json
    case "yaml", "yml": self = .yaml
    default: self = Self.programs.contains(name) ? .program : .shell
    }
  }

  private static let programs: Set<String> = [
    "python", "py", "javascript", "js", "mjs", "cjs", "jsx", "typescript", "ts", "tsx", "ruby", "rb", "perl",
    "pl",
    "php", "go", "rust", "rs", "swift", "java", "kotlin", "kt", "c", "cc", "cpp", "c++", "h", "cs", "csharp",
    "c#",
    "scala", "lua", "r", "jl", "julia", "sql", "html", "xml", "css", "diff", "patch", "toml", "ini", "ipynb",
    "haskell",
    "hs", "elixir", "ex", "dart", "objc", "zig", "vue", "svelte", "graphql", "proto", "protobuf", "markdown",
    "md",
  ]
}
