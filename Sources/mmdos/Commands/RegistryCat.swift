import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry cat`.
struct RegistryCat: Command {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Print a file of a registry, proven, straight from the store."
  )

  @OptionGroup var global: GlobalOptions
  @Argument(
    help: ArgumentHelp("The registry, and a revision if not the one in use.", valueName: "name[@rev]")
  )
  var target: RevisionArgument
  @Argument(help: "The file's path in the registry.") var path: String

  func run(in session: Session) throws -> Int32 {
    let registry = try session.registry(target.name)
    let reader = try RegistryReader(registry)
    let entry = try reader.history.resolve(target.revision)
    if let doubt = try reader.findDoubt(of: entry) {
      session.console.warn("today this \(doubt.words)")
    }
    let console = session.console
    if session.options.isJSON {
      var bytes: [UInt8] = []
      try reader.read(path, of: entry) { piece in piece.withUnsafeBytes { bytes.append(contentsOf: $0) } }
      console.print(
        .object([
          ("registry", .string(registry.name.description)), ("snapshot", .string(entry.id.description)),
          ("path", .string(path)), ("sha256", .string(ObjectID(hashing: bytes).description)),
          ("content", .string(String(decoding: bytes, as: UTF8.self))),
        ])
      )
      return ExitCodes.done
    }
    var text = FileText(console.output)
    try reader.read(path, of: entry) { text.show($0) }
    text.end()
    return ExitCodes.done
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
