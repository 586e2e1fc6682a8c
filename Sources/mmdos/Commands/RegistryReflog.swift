import ArgumentParser
import Formats
import ObjectStore
import Refs
import RegistryModel
import RegistrySync

/// The command `mmdos registry reflog`.
struct RegistryReflog: Command {
  static let configuration = CommandConfiguration(
    commandName: "reflog",
    abstract: "List what was in use, newest first: each sync, checkout, repair and pin.",
    examples: ["mmdos registry reflog partner"],
    discussion: """
      The first column is a revision: 'mmdos registry checkout NAME @{1}' goes back to what was in use before the \
      last change. A line that this machine did not write is marked; it proves nothing.
      """
  )

  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @Option(name: .customShort("n"), help: ArgumentHelp("Show this many.", valueName: "count")) var limit: Int?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("-n takes a number of at least 1") }
  }

  func run(in session: Session) throws -> Int32 {
    let registry = try session.registry(name)
    let lines = try RegistryReader(registry).reflog(limit ?? .max)
    guard !lines.isEmpty else { throw ReadingError.neverSynced(registry.name) }
    if session.options.isJSON {
      let items = lines.map { Self.json($0.number, $0.entry, $0.isVouched) }
      session.console.print(
        .object([("registry", .string(registry.name.description)), ("entries", .array(items))])
      )
      return ExitCodes.done
    }
    var table = Table([Table.Column(), Table.Column(), Table.Column(), Table.Column()])
    for line in lines {
      table.append([
        "@{\(line.number)}", SafeText(line.entry.new.abbreviated).styled(.id),
        TimeText(Self.time(line.entry)).line(isVerbose: session.options.isVerbose),
        Self.words(line.entry, line.isVouched),
      ])
    }
    session.page(session.console.lines(of: table))
    return ExitCodes.done
  }

  private static func time(_ entry: ReflogEntry) -> String {
    Timestamp(secondsSince1970: entry.note.seconds)?.description ?? "-"
  }

  private static func words(_ entry: ReflogEntry, _ isVouched: Bool) -> SafeText {
    let facts = entry.note.facts
    // The message says what became of the pin.
    let marks = facts.overrides.map { "--\($0)" } + (isVouched ? [] : ["not written by this machine"])
    return SafeText(entry.note.message) + (marks.isEmpty ? "" : "  (\(marks.joined(separator: ", ")))")
  }

  private static func json(_ number: Int, _ entry: ReflogEntry, _ isVouched: Bool) -> JSONValue {
    .object([
      ("revision", .string("@{\(number)}")), ("old", .string(orNull: entry.old?.description)),
      ("new", .string(entry.new.description)), ("time", .string(time(entry))),
      ("message", .string(entry.note.message)), ("pin", .string(orNull: entry.note.facts.pin?.rawValue)),
      ("overrides", .array(entry.note.facts.overrides.map { .string($0) })), ("vouched", .boolean(isVouched)),
    ])
  }
}
