// The rules that apply without any ignore file; a line of an ignore file such as `!.gitkeep` overrules them.
extension IgnoreRules {
  /// What no registry carries: what belongs to version control, to the system or to the web host, files of secrets, and
  /// every name at the root that begins with a dot, because clients read only `catalog.yaml` and `catalog/`.
  package static let ofPublishing = IgnoreRules(parsing: Array((atRoot + common).utf8))

  /// What is no content of any folder.
  package static let ofReading = IgnoreRules(parsing: Array(common.utf8))

  /// What is no source of a plugin: besides the above what package managers bring, and what a caller names in the same
  /// syntax.
  package static func ofScaffold(excluding patterns: [String]) -> IgnoreRules {
    let text = common + "node_modules/\n__pycache__/\n.venv/\n" + patterns.map { $0 + "\n" }.joined()
    return IgnoreRules(parsing: Array(text.utf8))
  }

  private static let common = """
    .git
    .gitignore
    .gitattributes
    .gitmodules
    .gitkeep
    .hg
    .hgignore
    .hgtags
    .svn
    .bzr
    .jj
    .mmdosignore
    .env
    .DS_Store
    Thumbs.db
    desktop.ini

    """
  private static let atRoot = """
    /.*
    /CNAME
    /_headers
    /_redirects

    """
}
