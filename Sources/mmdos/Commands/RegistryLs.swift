import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry ls`.
struct RegistryLs: Command {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "List the files of a registry, straight from the store.",
    examples: ["mmdos registry ls partner", "mmdos registry ls partner@v1.0.0"],
    discussion: "Files that the policy keeps out of the view are marked with the reason."
  )

  @OptionGroup var snapshot: SnapshotArgument
  @Argument(help: "A folder or file in the registry.", completion: Completion.path) var path: String?
  @Flag(name: [.customShort("l"), .customLong("long")], help: "Show sizes and ids.") var isLong = false
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let (reader, entry) = try snapshot.open(in: session)
    let files = try reader.files(of: entry, below: path)
    let withheld = try reader.withheld(of: entry)
    let reasons = Dictionary(
      withheld.map { ($0.path, $0.reason.word) },
      uniquingKeysWith: { first, _ in first }
    )
    if session.options.isJSON {
      session.console.print(
        .object([
          ("registry", .string(reader.history.name.description)), ("snapshot", .string(entry.id.description)),
          (
            "files",
            .array(
              files.map {
                .object([
                  ("path", .string($0.path.description)), ("size", .number($0.size)),
                  ("sha256", .string($0.id.description)),
                  ("withheld", .string(orNull: reasons[$0.path])),
                ])
              }
            )
          ),
        ])
      )
    } else if isLong {
      var table = Table([Table.Column("SHA-256"), Table.Column("SIZE", .right), Table.Column("PATH")])
      for file in files {
        table.append([
          SafeText(file.id.description), SafeText("\(file.size)"), Self.line(file, reasons[file.path]),
        ])
      }
      session.console.print(table)
    } else {
      for file in files { session.console.print(Self.line(file, reasons[file.path])) }
    }
    return ExitCodes.done
  }

  /// The path, marked where the view lacks the file.
  private static func line(_ file: TreeFile, _ reason: String?) -> SafeText {
    SafeText(file.path.description) + (reason.map { "  (withheld: \($0))" } ?? "")
  }
}
