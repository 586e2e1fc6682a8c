/// A publisher's folder with one plugin, `hello`.
package enum HelloRegistry {
  package static let catalog = """
    catalog:
      version: "1.0.0"
      description: "d"
      plugins:
        - slug: "hello"
          name: "Hello"
          version: "1.0.0"
          description: "Says hello"
          category: "example"

    """

  /// The manifest of the plugin; it names these files.
  package static func plugin(assets: [String] = [asset]) -> String {
    """
    name: "Hello"
    slug: "hello"
    version: "1.0.0"
    description: "Says hello"
    author: "Someone"
    allowed_file_patterns:

    """ + assets.map { "  - \"\($0)\"\n" }.joined()
  }

  /// The only file of the plugin, by its path in a project.
  package static let asset = ".ai/skills/hello.md"
}
