import ArgumentParser
import Formats
import ObjectStore
import Refs
import RegistryModel
import RegistrySync

/// The command `mmdos registry log`.
struct RegistryLog: Command {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "List a registry's snapshots, newest first.",
    examples: ["mmdos registry log", "mmdos registry log partner --stat -n 5"]
  )

  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @Option(name: .customShort("n"), help: ArgumentHelp("Show this many.", valueName: "count")) var limit: Int?
  @Flag(name: .customLong("stat"), help: "List the files that each changed.") var hasStat = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("-n takes a number of at least 1") }
  }

  func run(in session: Session) throws -> Int32 {
    // Reads everything first, so that the store is not locked while a pager is open.
    switch try read(in: session) {
    case .json(let document): session.console.print(document)
    case .lines(let lines): session.page(lines.map { session.console.output.fitted($0) })
    }
    return ExitCodes.done
  }

  /// What is printed.
  private enum Result {
    case json(JSONValue)
    case lines([SafeText])
  }

  private func read(in session: Session) throws -> Result {
    let registry = try session.registry(name)
    let isPinned = try registry.project.readUncheckedLockfile().find(registry.name)?.isPinned ?? false
    let reader = try RegistryReader(registry)
    guard reader.history.latest != nil else { throw ReadingError.neverSynced(registry.name) }
    let doubt = try reader.findDoubt(of: reader.history.resolve(nil))
    let warnings = doubt.map { ["today the one in use \($0.words)"] } ?? []
    for warning in warnings { session.console.warn(warning) }
    var items: [JSONValue] = []
    var lines: [SafeText] = []
    let entries = try reader.history.entries(limit: limit ?? .max)
    let disbeliefs = try reader.findDisbeliefs(of: entries)
    // The refusals that were set aside when the snapshot was synced.
    let overrides = try reader.history.overrides(of: entries)
    for entry in entries {
      let row = Row(
        entry: entry,
        changes: try reader.history.changes(of: entry),
        marks: marks(entry.id, reader.history, isPinned, overrides[entry.id] ?? []),
        disbelief: disbeliefs[entry.id]
      )
      if session.options.isJSON {
        items.append(json(row))
      } else {
        lines += self.lines(of: row, isVerbose: session.options.isVerbose)
      }
    }
    guard session.options.isJSON else { return .lines(lines) }
    return .json(.object([("snapshots", .array(items)), ("warnings", .array(warnings.map { .string($0) }))]))
  }

  /// What is said of one snapshot.
  private struct Row {
    let entry: RegistryHistory.Entry
    let changes: [TreeChange]
    let marks: [String]
    /// Why it is not believed: what it says of itself may then be anybody's words.
    let disbelief: Disbelief?
  }

  private func marks(
    _ id: ObjectID,
    _ history: RegistryHistory,
    _ isPinned: Bool,
    _ overrides: [String]
  ) -> [String] {
    var marks: [String] = []
    if id == history.current { marks.append("in use") }
    if id == history.latest { marks.append("synced") }
    if id == history.current && isPinned { marks.append("pinned") }
    return marks + TrustOverride.allCases.filter { overrides.contains($0.rawValue) }.map(\.flag)
  }

  private func lines(of row: Row, isVerbose: Bool) -> [SafeText] {
    let (entry, changes, marks) = (row.entry, row.changes, row.marks)
    let counts = ChangeCounts(changes)
    let signer = entry.snapshot.signers.map(\.keyID).joined(separator: ",")
    let columns: [SafeText] = [
      SafeText(entry.id.abbreviated).styled(.id),
      TimeText(entry.snapshot.syncedAt).line(isVerbose: isVerbose),
      "v\(SafeText(entry.snapshot.version))", signer.isEmpty ? "unsigned" : SafeText(signer),
      "+\(counts.added) ~\(counts.changed) -\(counts.removed)",
    ]
    let suffix: SafeText = marks.isEmpty ? "" : "  (\(marks.joined(separator: ", ")))"
    var lines = [columns.dropFirst().reduce(columns[0]) { "\($0)  \($1)" } + suffix]
    if let disbelief = row.disbelief {
      lines.append("    (in doubt: nothing shows that it was synced: \(SafeText(disbelief.words)))")
    }
    switch entry.parent {
    case .none, .snapshot: break
    case .trimmed: lines.append("    (older history was trimmed)")
    case .missing(let id): lines.append("    (the snapshot before it, \(id.abbreviated), is missing)")
    }
    guard hasStat else { return lines }
    return lines
      + changes.map { change in
        let mark = change.old == nil ? "+" : change.new == nil ? "-" : "~"
        let size = change.new?.size ?? change.old?.size ?? 0
        return "    \(mark) \(SafeText(change.path.description))  \(Quantity.bytes(size))"
      }
  }

  private func json(_ row: Row) -> JSONValue {
    let (entry, changes) = (row.entry, row.changes)
    let snapshot = entry.snapshot
    var members: [(String, JSONValue)] = [
      ("id", .string(entry.id.description)), ("version", .string(snapshot.version)),
      ("synced_at", .string(snapshot.syncedAt)), ("generated_at", .string(snapshot.generatedAt)),
      ("publisher", .string(snapshot.publisher)), ("source", .string(snapshot.source)),
      ("trust", .string(orNull: row.disbelief == nil ? snapshot.trust.rawValue : nil)),
      ("doubt", .string(orNull: row.disbelief?.words)),
      ("signers", snapshot.signers.json),
      ("tree", .string(snapshot.tree.description)), ("manifest", .string(snapshot.manifest.description)),
      ("parent", .string(orNull: snapshot.parent?.description)),
      ("older", .string(entry.parent.word)), ("files", ChangeCounts(changes).json),
      ("marks", .array(row.marks.map { .string($0) })),
    ]
    if hasStat {
      members.append(
        (
          "changes",
          .array(
            changes.map { change in
              .object([
                ("path", .string(change.path.description)),
                ("old", .string(orNull: change.old?.id.description)),
                ("new", .string(orNull: change.new?.id.description)),
              ])
            }
          )
        )
      )
    }
    return .object(members)
  }
}

extension RegistryHistory.Parent {
  /// Whether the parent is stored here, as an identifier for JSON output.
  fileprivate var word: String {
    switch self {
    case .none: "none"
    case .snapshot: "kept"
    case .trimmed: "trimmed"
    case .missing: "missing"
    }
  }
}
