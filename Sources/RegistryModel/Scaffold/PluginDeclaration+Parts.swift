import Formats

/// The parts of a plugin that tools take from its folder by themselves, and no registry has.
extension PluginDeclaration {
  /// Files at fixed places of a plugin's folder, with the key below which they name what they have.
  static let partFiles: [(path: String, kind: ToolPart.Kind, key: String)] = [
    ("hooks/hooks.json", .hooks, "hooks"), (".mcp.json", .mcpServers, "mcpServers"),
    (".lsp.json", .lspServers, ""), ("settings.json", .settings, ""),
  ]

  private static let mergedFiles = ["AGENTS.md", "CLAUDE.md", "GEMINI.md"]

  /// Adds what the plugin's folder has beside its declaration.
  ///
  /// - Throws: What `parse` throws; it gives nil for what is no JSON.
  mutating func addParts(of source: SourceFiles, parse: (String) throws -> JSONValue?) throws {
    for file in Self.partFiles {
      let path = SourcePath.join(root, file.path)
      guard source.contains(path) else { continue }
      let value = try parse(path)
      let named = (file.key.isEmpty ? value : value?.find(file.key) ?? value).map { Self.names(in: $0) } ?? []
      add(ToolPart(file.kind, named.isEmpty || file.kind == .settings ? [file.path] : named))
    }
    // In the folder of a whole repository they are the repository's own.
    guard !root.isEmpty else { return }
    let merged = Self.mergedFiles.filter { source.contains(SourcePath.join(root, $0)) }
    if !merged.isEmpty { add(ToolPart(.mergedFiles, merged)) }
  }

  /// What a part is called: the events of hooks, the names of servers, or the files that say so.
  static func names(in value: JSONValue) -> [String] {
    guard case .object(let members) = value.content else { return strings(value) }
    // A file's content may stand in the declaration as it is.
    if members.count == 1, let only = members.first, ["hooks", "mcpServers"].contains(only.name) {
      return names(in: only.value)
    }
    return members.map(\.name)
  }
}
