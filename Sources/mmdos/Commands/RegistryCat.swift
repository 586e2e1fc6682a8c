import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry cat`.
struct RegistryCat: Command {
  static let configuration = CommandConfiguration(
    commandName: "cat",
    abstract: "Print a file of a registry, proven, straight from the store.",
    examples: ["mmdos registry cat partner catalog.yaml", "mmdos registry cat partner@v1.0.0 catalog.yaml"]
  )

  @OptionGroup var snapshot: SnapshotArgument
  @Argument(
    help: "The file's path in the registry; alone it is a file of the only registry.",
    completion: Completion.path
  )
  var path: String?
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let (wanted, path) =
      path.map { (snapshot, $0) } ?? (SnapshotArgument.ofOnlyRegistry, snapshot.target.text)
    let (reader, entry) = try wanted.open(in: session)
    let console = session.console
    if session.options.isJSON {
      var bytes: [UInt8] = []
      try reader.read(path, of: entry) { piece in piece.withUnsafeBytes { bytes.append(contentsOf: $0) } }
      console.print(
        .object([
          ("registry", .string(reader.history.name.description)), ("snapshot", .string(entry.id.description)),
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
