package import Formats

/// The configured sources: `.ai/registries/sources.yaml` (INTEROP "sources.yaml").
package struct SourceList: Equatable, Sendable {
  /// The sources in the order of the file; names are unique ignoring case.
  package let sources: [Source]

  /// The entries that cannot be used, in the order of the file.
  package let unusable: [UnusableSource]

  /// The places in the file of `sources` and of `unusable`, counted from 0.
  private let places: (sources: [Int], unusable: [Int])

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

  private init(
    sources: [Source],
    unusable: [UnusableSource] = [],
    places: (sources: [Int], unusable: [Int])? = nil
  ) {
    self.sources = sources
    self.unusable = unusable
    self.places = places ?? (Array(sources.indices), [])
    warnings = Self.sameURLs(sources)
  }

  /// Reads the file; one without entries is an empty list.
  ///
  /// An entry that breaks a rule is `unusable`; it does not stop the others. A map in place of the list is how a
  /// file looks that was written by hand for the Node tool; its members are listed as unusable.
  ///
  /// - Throws: `TextProblem` with line and column where the file itself is not what it should be.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> SourceList {
    let root = try SafeYAML.parse(bytes)
    if root.isNull { return SourceList(sources: []) }
    let list = try YAMLFields(root, known: ["sources"]).read("sources")
    if list.isNull { return SourceList(sources: []) }
    if case .mapping(let members) = list.content {
      return SourceList(sources: [], unusable: mapEntries(members), places: ([], Array(members.indices)))
    }
    var reader = EntryReader()
    for item in try list.items(for: "sources") { reader.take(item) }
    return SourceList(sources: reader.sources, unusable: reader.unusable, places: reader.places)
  }

  private static func mapEntries(_ members: [YAMLMember]) -> [UnusableSource] {
    members.enumerated().map { place, member in
      let problem = TextProblem(
        .unsupportedValue(key: "sources", value: member.key, why: .mapOfSources),
        at: member.position
      )
      return UnusableSource(member.value, place: place, name: member.key, because: problem)
    }
  }

  /// Sorts the entries of the list into those that can be used and the others.
  private struct EntryReader {
    private(set) var sources: [Source] = []
    private(set) var unusable: [UnusableSource] = []
    private(set) var places: (sources: [Int], unusable: [Int]) = ([], [])
    private var names: Set<String> = []

    mutating func take(_ item: YAMLNode) {
      let place = sources.count + unusable.count
      do throws(TextProblem) {
        let source = try Source(item)
        guard names.insert(source.name.key).inserted else {
          let reason = TextProblem.Reason.alreadyUsed(key: "name", value: source.name.description)
          throw TextProblem(reason, at: item.position)
        }
        sources.append(source)
        places.sources.append(place)
      } catch {
        unusable.append(UnusableSource(item, place: place, name: nil, because: error))
        places.unusable.append(place)
      }
    }
  }

  /// The enabled sources that can be synced.
  package var syncable: [Source] {
    sources.filter { source in
      if case .bundled = source.location { false } else { source.isEnabled }
    }
  }

  /// The entries that cannot be used although nobody disabled them.
  package var enabledUnusable: [UnusableSource] { unusable.filter { !$0.isDisabled } }

  /// The entry that cannot be used and is called so, as typed; nil where a usable source has the name.
  package func findUnusable(_ label: String) -> UnusableSource? {
    guard !sources.contains(where: { $0.name.description == label }) else { return nil }
    return unusable.first { $0.label == label }
  }

  /// Where in the file the entry stands that is called so; nil where there is none.
  private func place(of label: String) -> Int? {
    if let index = sources.firstIndex(where: { $0.name.description == label }) {
      return places.sources[index]
    }
    return unusable.firstIndex { $0.label == label }.map { places.unusable[$0] }
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
  /// - Throws: `TextProblem`; `alreadyUsed` where the name is taken, ignoring case, and whatever is wrong with the source.
  package static func add(_ source: Source, to bytes: [UInt8]?) throws(TextProblem) -> [UInt8] {
    let bytes = bytes ?? Array(DefaultFiles.sources.utf8)
    let old = try parse(bytes)
    if let other = old.sources.first(where: { $0.name.key == source.name.key }) {
      throw TextProblem(.alreadyUsed(key: "name", value: other.name.description), at: nil)
    }
    if let other = old.unusable.first(where: { $0.label.lowercased() == source.name.key }) {
      throw TextProblem(.alreadyUsed(key: "name", value: other.label), at: other.problem.position)
    }
    var edit = YAMLEdit(bytes)
    try edit.appendItem(source.yamlFields, toList: "sources")
    let new = try parse(edit.bytes)
    if new.unusable.count > old.unusable.count, let refused = new.unusable.last { throw refused.problem }
    guard new.sources == old.sources + [source], new.unusable == old.unusable else {
      throw TextProblem(.editNotFaithful, at: nil)
    }
    return edit.bytes
  }

  /// The file's text without an entry; the rest is unchanged.
  ///
  /// `label`: The source's name, or the label of an entry that cannot be used.
  ///
  /// - Throws: `TextProblem`; `noSuchEntry` where the file does not have it.
  package static func remove(_ label: String, from bytes: [UInt8]) throws(TextProblem) -> [UInt8] {
    let old = try parse(bytes)
    guard let place = old.place(of: label) else { throw TextProblem(.noSuchEntry(label), at: nil) }
    var edit = YAMLEdit(bytes)
    try edit.removeItem(at: place, fromList: "sources")
    let new = try parse(edit.bytes)
    // Only the count is compared: an entry with the same name, which could not be used, now may be.
    guard new.sources.count + new.unusable.count == old.sources.count + old.unusable.count - 1 else {
      throw TextProblem(.editNotFaithful, at: nil)
    }
    return edit.bytes
  }

  /// The file's text with some values of an entry changed; comments, order and all other values stay.
  ///
  /// `label`: As in `remove`.
  /// `fields`: The keys to set; a nil value removes the key.
  ///
  /// - Throws: `TextProblem`; `noSuchEntry` where the file does not have the entry, and whatever is wrong with the
  ///   entry as changed.
  package static func change(
    _ label: String,
    _ fields: [(key: String, value: YAMLText.Value?)],
    in bytes: [UInt8]
  ) throws(TextProblem) -> [UInt8] {
    let old = try parse(bytes)
    guard let place = old.place(of: label) else { throw TextProblem(.noSuchEntry(label), at: nil) }
    var edit = YAMLEdit(bytes)
    for (key, value) in fields {
      if let value {
        try edit.setField((key, value), ofItem: place, inList: "sources")
      } else {
        try edit.removeField(key, ofItem: place, inList: "sources")
      }
    }
    let new = try parse(edit.bytes)
    if let still = new.unusable.indices.first(where: { new.places.unusable[$0] == place }) {
      throw new.unusable[still].problem
    }
    guard
      new.sources.filter({ $0.name.description != label })
        == old.sources.filter({ $0.name.description != label }),
      new.unusable.filter({ $0.label != label }).map(\.label)
        == old.unusable.filter({ $0.label != label }).map(\.label)
    else { throw TextProblem(.editNotFaithful, at: nil) }
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

  /// Compares the entries; their places follow from them.
  package static func == (left: Self, right: Self) -> Bool {
    left.sources == right.sources && left.unusable == right.unusable
  }
}
