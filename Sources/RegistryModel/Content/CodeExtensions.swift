/// Extensions in lower case without their dot (DESIGN section 5, "Content classes").
enum CodeExtensions {
  /// Files of these are source code or scripts.
  static let all: Set<String> = shells.union(scripts).union(compiled).union(others)

  /// Files of these are texts that people and agents read.
  static let texts: Set<String> = [
    "md", "mdc", "mdx", "markdown", "txt", "yaml", "yml", "json", "jsonl", "jsonc", "json5", "toml", "csv",
    "tsv", "xml",
    "xsd", "html", "htm", "css", "svg", "patch", "diff", "tmpl", "j2", "rst", "adoc", "tex", "bib", "ini",
    "cfg",
    "conf", "lock",
  ]

  private static let shells: Set<String> = [
    "sh", "bash", "zsh", "fish", "ksh", "csh", "tcsh", "command", "ps1", "psm1", "psd1", "bat", "cmd", "vbs",
    "vbe",
    "wsf", "hta", "applescript", "scpt", "awk", "sed", "tcl", "expect", "nu",
  ]

  private static let scripts: Set<String> = [
    "py", "pyw", "pyi", "pyx", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "vue", "svelte",
    "coffee", "rb",
    "rake", "gemspec", "pl", "pm", "lua", "php", "phtml", "r", "jl", "ipynb", "groovy", "gradle", "ex", "exs",
    "raku",
  ]

  private static let compiled: Set<String> = [
    "go", "rs", "swift", "java", "kt", "kts", "scala", "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "m",
    "mm",
    "cs", "fs", "fsx", "vb", "dart", "zig", "nim", "hs", "lhs", "ml", "mli", "erl", "hrl", "clj", "cljs",
    "cljc", "elm",
    "f90", "f95", "pas", "asm", "s", "sol", "wat", "d", "cu",
  ]

  private static let others: Set<String> = [
    "sql", "nix", "tf", "mk", "cmake", "bzl", "el", "lisp", "rkt", "scm", "vim",
  ]
}
