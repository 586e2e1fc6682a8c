import ArgumentParser
import RegistrySync

/// A registry, and the snapshot of it that is to be read.
struct SnapshotArgument: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The registry, and a revision if not the one in use.", valueName: "name[@rev]")
  )
  var target: RevisionArgument

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

/// `NAME` or `NAME@REVISION` as it is typed.
struct RevisionArgument: ExpressibleByArgument {
  let name: String
  let revision: String?

  init?(argument: String) {
    let parts = argument.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    // `NAME@{1}` is a place in the reflog, so its brace belongs to the revision.
    revision = parts.count == 2 ? (parts[1].hasPrefix("{") ? "@" : "") + String(parts[1]) : nil
    if revision == "" { return nil }
  }
}
