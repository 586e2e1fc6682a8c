package import Formats

/// The configured sources: `.ai/registries/sources.yaml` (INTEROP "sources.yaml").
package struct SourceList: Equatable, Sendable {
  /// The sources in the order of the file; names are unique ignoring case.
  package let sources: [Source]

  /// The warnings, in the order of the file.
  package let warnings: [Warning]

  /// A setting that is allowed but may be a mistake.
  package enum Warning: Equatable, Sendable {
    /// Two sources have the same normalised URL.
    case sameURL(first: RegistryName, second: RegistryName)
  }

  /// The default without a file: only the bundled source.
  package static let whenMissing = SourceList(sources: [
    Source(name: .bundled, location: .bundled(".ai/plugins/catalog.yaml"), trustLevel: .trusted)
  ])

  private init(sources: [Source]) {
    self.sources = sources
    warnings = Self.sameURLs(sources)
  }

  /// Reads the file; one without entries is an empty list.
  ///
  /// - Throws: `TextProblem` with line and column of the first thing that is wrong.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> SourceList {
    let root = try SafeYAML.parse(bytes)
    if root.isNull { return SourceList(sources: []) }
    let list = try YAMLFields(root, known: ["sources"]).read("sources")
    if list.isNull { return SourceList(sources: []) }
    var sources: [Source] = []
    var names: Set<String> = []
    for item in try list.items(for: "sources") {
      let source = try Source(item)
      guard names.insert(source.name.key).inserted else {
        let reason = TextProblem.Reason.alreadyUsed(key: "name", value: source.name.description)
        throw TextProblem(reason, at: item.position)
      }
      sources.append(source)
    }
    return SourceList(sources: sources)
  }

  /// The source with exactly this name, or nil.
  package func find(_ name: RegistryName) -> Source? {
    sources.first { $0.name == name }
  }

  /// The file's text with a source appended; the rest is unchanged.
  ///
  /// - Parameters:
  ///   - source: The new source.
  ///   - bytes: The content of the file, or nil where there is none: the default file is then the start.
  /// - Returns: The new text of the file.
  /// - Throws: `TextProblem`; `alreadyUsed` where the name is taken, ignoring case.
  package static func add(_ source: Source, to bytes: [UInt8]?) throws(TextProblem) -> [UInt8] {
    let bytes = bytes ?? Array(DefaultFiles.sources.utf8)
    let old = try parse(bytes).sources
    if let other = old.first(where: { $0.name.key == source.name.key }) {
      throw TextProblem(.alreadyUsed(key: "name", value: other.name.description), at: nil)
    }
    var edit = YAMLEdit(bytes)
    try edit.appendItem(source.yamlFields, toList: "sources")
    guard try parse(edit.bytes).sources == old + [source] else {
      throw TextProblem(.editNotFaithful, at: nil)
    }
    return edit.bytes
  }

  /// The file's text without a source; the rest is unchanged.
  ///
  /// - Throws: `TextProblem`; `noSuchEntry` where the file does not have it.
  package static func remove(_ name: RegistryName, from bytes: [UInt8]) throws(TextProblem) -> [UInt8] {
    var rest = try parse(bytes).sources
    guard let index = rest.firstIndex(where: { $0.name == name }) else {
      throw TextProblem(.noSuchEntry(name.description), at: nil)
    }
    rest.remove(at: index)
    var edit = YAMLEdit(bytes)
    try edit.removeItem(at: index, fromList: "sources")
    guard try parse(edit.bytes).sources == rest else { throw TextProblem(.editNotFaithful, at: nil) }
    return edit.bytes
  }

  private static func sameURLs(_ sources: [Source]) -> [Warning] {
    var names: [RegistryURL: RegistryName] = [:]
    var warnings: [Warning] = []
    for source in sources {
      guard case .web(let url) = source.location else { continue }
      if let first = names[url] {
        warnings.append(.sameURL(first: first, second: source.name))
      } else {
        names[url] = source.name
      }
    }
    return warnings
  }
}
