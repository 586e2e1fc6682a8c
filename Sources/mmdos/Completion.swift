import ArgumentParser
import ObjectStore
import RegistryModel
import RegistrySync

/// What a shell offers at an argument; it asks this program, by the scripts of `--generate-completion-script`.
///
/// Nothing is written or requested, and what fails offers nothing: a message would end up in the middle of a line.
enum Completion {
  static let registry = kind { try $0.registries() }
  static let revision = kind { try $0.revisions(of: $0.namedRegistry()) }
  static let registryRevision = kind { try $0.registryRevisions() }
  static let path = kind { try $0.paths() }
  static let offeredSlug = kind { try $0.offeredSlugs() }
  static let installedSlug = kind { try $0.installedSlugs() }
  static let keyID = kind { try $0.keyIDs() }

  private static func kind(_ offer: @escaping @Sendable (CompletionLine) throws -> [String]) -> CompletionKind
  {
    .custom { words, _, prefix in
      // try?: see above.
      guard let line = try? CompletionLine(words, prefix: prefix), let found = try? offer(line) else {
        return []
      }
      return found.filter { $0.hasPrefix(prefix) && isPlain($0) }
    }
  }

  /// Whether a word means itself to a shell: what a publisher wrote is offered only then.
  private static func isPlain(_ word: String) -> Bool {
    word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: "@%+=:,./-_".utf8.contains(byte)
      }
    }
  }
}

/// A command line that is being typed.
struct CompletionLine {
  private let session: Session
  /// The words that are neither commands nor flags.
  private let arguments: [String]
  private let prefix: String

  /// `words`: All words of the line, the program's name first; `prefix`: the one at which a word is wanted.
  ///
  /// - Throws: Where the line's flags do not parse, or the settings of the user.
  init(_ words: [String], prefix: String) throws {
    var walk = CommandWalk()
    var flags: [String] = []
    var arguments: [String] = []
    var rest = words.dropFirst()
    while let word = rest.first {
      let count = GlobalOptions.wordCount(of: word) ?? 1
      if GlobalOptions.wordCount(of: word) != nil {
        flags += rest.prefix(count)
      } else if !word.hasPrefix("-"), !walk.enter(word) {
        arguments.append(word)
      }
      rest = rest.dropFirst(count)
    }
    let options = try GlobalOptions.parse(flags)
    session = try Session(options, console: Console(options))
    self.arguments = arguments
    self.prefix = prefix
  }

  func registries() throws -> [String] {
    try session.project().readSources().sources.map(\.name.description)
  }

  /// The registry that the line names, or the only one.
  func namedRegistry() throws -> OpenRegistry {
    let project = try session.project()
    let name = arguments.first.map { String($0.prefix { $0 != "@" }) }
    // try?: what is no registry's name may be a revision of the only one.
    let source = try (name.flatMap { try? project.source($0) }) ?? project.source(orOnly: nil)
    return try session.open(source, of: project)
  }

  func revisions(of registry: OpenRegistry) throws -> [String] {
    let entries = try RegistryReader(registry).history.entries(limit: 50)
    return ["latest", "current"] + entries.map { "v" + $0.snapshot.version } + entries.map(\.id.abbreviated)
  }

  /// Names, and with an `@` the revisions of the one before it.
  func registryRevisions() throws -> [String] {
    guard let sign = prefix.firstIndex(of: "@") else { return try registries() }
    let name = String(prefix[..<sign])
    let registry = try session.registry(name)
    return try revisions(of: registry).map { "\(name)@\($0)" }
  }

  /// The files of the snapshot that the line names.
  func paths() throws -> [String] {
    let target = arguments.first.flatMap { RevisionArgument(argument: $0) }
    let reader = try RegistryReader(namedRegistry())
    let entry = try reader.history.resolve(target?.revision)
    return try reader.files(of: entry, below: nil).map(\.path.description)
  }

  func offeredSlugs() throws -> [String] {
    let sources = try PluginSources(session.project(), lockTimeout: .zero, isActing: false)
    return try sources.open(.all).flatMap { shelf in
      // try?: what cannot be opened offers nothing.
      (try? shelf.result.get())?.catalog.entries.map(\.slug.description) ?? []
    }
  }

  func installedSlugs() throws -> [String] {
    try InstalledPlugins.slugs(in: session.project()).map(\.description)
  }

  func keyIDs() throws -> [String] {
    try session.trustStore().editing.read().keys.map(\.keyID)
  }
}
