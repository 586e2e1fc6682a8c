package import Formats

/// The configured sources: `.ai/registries/sources.yaml` (INTEROP "sources.yaml").
package struct SourceList: Equatable, Sendable {
  /// The key of the file under which the sources stand.
  private static let listKey = "sources"

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
  /// A map by name is read like the list of its members. An entry that breaks a rule is `unusable`; it does not stop
  /// the others.
  ///
  /// - Throws: `TextProblem` with line and column where the file itself is not what it should be.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> SourceList {
    let root = try SafeYAML.parse(bytes)
    if root.isNull { return SourceList(sources: []) }
    let list = try YAMLFields(root, known: [listKey]).read(listKey)
    if list.isNull { return SourceList(sources: []) }
    var reader = EntryReader()
    if case .mapping(let members) = list.content {
      for member in members { reader.take(member) }
    } else {
      for item in try list.items(for: listKey) { reader.take(item) }
    }
    return SourceList(sources: reader.sources, unusable: reader.unusable, places: reader.places)
  }

  /// Sorts the entries of the list into those that can be used and the others.
  private struct EntryReader {
    private(set) var sources: [Source] = []
    private(set) var unusable: [UnusableSource] = []
    private(set) var places: (sources: [Int], unusable: [Int]) = ([], [])
    private var names: Set<String> = []

    mutating func take(_ item: YAMLNode) {
      do throws(TextProblem) {
        try use(Source(item), at: item.position)
      } catch {
        refuse(item, name: nil, because: error)
      }
    }

    /// A member of the map form: its key is the name, which an entry that repeats it must agree with.
    mutating func take(_ member: YAMLMember) {
      do throws(TextProblem) {
        let source = try Source(member.item(naming: "name"))
        guard source.name.description == member.key else {
          let rule = TextProblem.ValueRule.conflicts(withKey: SourceList.listKey, value: member.key)
          let reason = TextProblem.Reason.invalidValue(
            key: "name",
            value: source.name.description,
            rule: rule
          )
          throw TextProblem(reason, at: member.value.position)
        }
        try use(source, at: member.position)
      } catch {
        refuse(member.value, name: member.key, because: error)
      }
    }

    private var place: Int { sources.count + unusable.count }

    private mutating func use(_ source: Source, at position: TextPosition) throws(TextProblem) {
      guard names.insert(source.name.key).inserted else {
        throw TextProblem(.alreadyUsed(key: "name", value: source.name.description), at: position)
      }
      places.sources.append(place)
      sources.append(source)
    }

    private mutating func refuse(_ item: YAMLNode, name: String?, because problem: TextProblem) {
      let place = place
      places.unusable.append(place)
      unusable.append(UnusableSource(item, place: place, name: name, because: problem))
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

  /// The file's text with a source appended; the rest is unchanged, but that a map by name becomes a list.
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
    var edit = try edit(bytes)
    try edit.appendItem(source.yamlFields, toList: listKey)
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
    var edit = try edit(bytes)
    try edit.removeItem(at: place, fromList: listKey)
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
    var edit = try edit(bytes)
    for (key, value) in fields {
      if let value {
        try edit.setField((key, value), ofItem: place, inList: listKey)
      } else {
        try edit.removeField(key, ofItem: place, inList: listKey)
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

  /// An edit of the file's entries; a map by name is written as a list first, which the Node tool reads too.
  private static func edit(_ bytes: [UInt8]) throws(TextProblem) -> YAMLEdit {
    var edit = YAMLEdit(bytes)
    try edit.makeList(ofMap: listKey, naming: "name")
    return edit
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
