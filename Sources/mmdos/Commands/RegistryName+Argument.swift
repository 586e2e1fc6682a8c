import ArgumentParser
import Refs
import RegistryModel
import RegistrySync

extension RegistryName {
  /// Parses a name from the command line.
  init(argument: String) throws {
    do { self = try RegistryName(parsing: argument) } catch {
      throw ProjectError.invalidName(argument, error)
    }
  }
}

extension Project {
  /// The source that was named on the command line; where none was, the only one there is.
  ///
  /// `orAll`: Whether the command could be about all of them.
  ///
  /// - Throws: `Failure` where there is not just one; as `source`.
  func source(orOnly argument: String?, orAll: Bool = false) throws -> Source {
    if let argument, !argument.isEmpty { return try source(argument) }
    let sources = try readSources()
    let names = sources.syncable.map(\.name.description) + sources.enabledUnusable.map(\.label)
    guard names.count == 1, let only = sources.syncable.first else {
      throw Failure(needingOneOf: names, orAll: orAll)
    }
    return only
  }

  /// The source that the first word names, and the words after it; where it names none, all words may be about the only
  /// source there is.
  ///
  /// - Throws: As `source(orOnly:)`.
  func source(orOnlyBefore words: [String]) throws -> (source: Source, rest: [String]) {
    guard let first = words.first else { return (try source(orOnly: nil), []) }
    do { return (try source(first), Array(words.dropFirst())) } catch {
      // try?: what is no revision is a mistyped name.
      guard (try? Revision(parsing: first)) != nil else { throw error }
      return (try source(orOnly: nil), words)
    }
  }

  /// The source that was named on the command line.
  ///
  /// - Throws: `ProjectError.unknownRegistry` with the names that are known; `ProjectError.unusableSource`.
  func source(_ argument: String) throws -> Source {
    let sources = try readSources()
    // 'bundled' is in the list of sources, although it is a reserved name.
    if let listed = sources.sources.first(where: { $0.name.description == argument }) { return listed }
    if let unusable = sources.findUnusable(argument) { throw ProjectError.unusableSource(unusable) }
    let name = try RegistryName(argument: argument)
    guard let source = sources.find(name) else {
      throw ProjectError.unknownRegistry(argument, known: sources.sources.map(\.name.description))
    }
    return source
  }
}

/// Quotes words for a shell's command line.
enum ShellWord {
  /// The word, quoted if the shell would otherwise interpret it.
  static func quote(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "@%+=:,./-_".utf8.contains(byte)
      }
    return isPlain
      ? word
      : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// A whole command line.
  static func line(_ words: [String]) -> String {
    words.map(quote).joined(separator: " ")
  }
}
