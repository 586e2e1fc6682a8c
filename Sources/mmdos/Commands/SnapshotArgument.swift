import ArgumentParser
import RegistrySync

/// A registry, and the snapshot of it that is to be read.
struct SnapshotArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The registry, and a revision if not the one in use.", valueName: "name[@rev]"),
    completion: Completion.registryRevision
  )
  var target: RevisionArgument

  /// The snapshot in use of the only registry there is.
  static var ofOnlyRegistry: SnapshotArgument {
    var argument = SnapshotArgument()
    argument.target = RevisionArgument()
    return argument
  }

  /// Opens the registry, and warns where the snapshot would be refused today.
  ///
  /// - Throws: `ProjectError`, `ReadingError`, `RefError`.
  func open(in session: Session) throws -> (reader: RegistryReader, entry: RegistryHistory.Entry) {
    let reader = try RegistryReader(session.registry(target.name))
    let entry = try reader.history.resolve(target.revision)
    if let doubt = try reader.findDoubt(of: entry) { session.console.warn("today this \(doubt.words)") }
    return (reader, entry)
  }
}

/// `NAME` or `NAME@REVISION` as it is typed; `@REVISION` is one of the only registry there is.
struct RevisionArgument: ExpressibleByArgument {
  /// The registry's name; empty for the only one.
  let name: String
  let revision: String?
  /// As it was typed.
  let text: String

  /// What is in use of the only registry.
  init() { (name, revision, text) = ("", nil, "") }

  init?(argument: String) {
    text = argument
    let parts = argument.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    // `NAME@{1}` is a place in the reflog, so its brace belongs to the revision.
    revision = parts.count == 2 ? (parts[1].hasPrefix("{") ? "@" : "") + String(parts[1]) : nil
    if revision == "" { return nil }
  }
}
