import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos plugin list`.
struct PluginList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the installed plugins.",
    examples: ["mmdos plugin list"]
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let states = try InstalledPlugins.states(in: project)
    let isInterrupted = try project.hasInterruptedInstall()
    if session.options.isJSON {
      session.console.print(
        .object([("plugins", .array(states.map { $0.json() })), ("interrupted", .boolean(isInterrupted))])
      )
      return ExitCodes.done
    }
    var table = Table([
      Table.Column("SLUG"), Table.Column("VERSION"), Table.Column("SOURCE"), Table.Column("FILES", .right),
      Table.Column("STATE"),
    ])
    for state in states {
      table.append([
        SafeText(state.slug.description), SafeText(state.version ?? "-"),
        SafeText(state.entry?.origin.description ?? "-"), "\(state.files.count)", state.words,
      ])
    }
    if states.isEmpty {
      session.console.note("no plugin is installed; mmdos catalog list shows what there is")
    } else {
      session.console.print(table)
    }
    if isInterrupted { session.console.note(PluginChangeText.interrupted) }
    return ExitCodes.done
  }
}

/// The command `mmdos plugin show`.
struct PluginShow: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one installed plugin with its files.",
    examples: ["mmdos plugin show git-hygiene"]
  )

  @Argument(help: "The plugin's slug.", completion: Completion.installedSlug) var slug: String
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let state = try InstalledPlugins.state(of: PluginSlug(argument: slug), in: session.project())
    if session.options.isJSON {
      session.console.print(state.json())
      return ExitCodes.done
    }
    var rows = [
      ("slug", state.slug.description), ("name", state.manifest?.name ?? "-"),
      ("version", state.version ?? "-"), ("source", state.entry?.origin.description ?? "no record"),
      ("snapshot", state.entry?.snapshot?.description ?? "-"),
      ("installed for", state.entry?.targets.text ?? "-"), ("author", state.manifest?.author ?? "-"),
      ("description", state.manifest?.description ?? "-"),
    ]
    for (index, note) in (state.manifest?.safetyNotes ?? []).enumerated() {
      rows.append((index == 0 ? "safety notes" : "", note))
    }
    for (index, file) in state.files.enumerated() {
      rows.append((index == 0 ? "files" : "", "\(file.path) (\(file.state.words))"))
    }
    session.console.print(rows)
    return ExitCodes.done
  }
}

extension PluginState.FileState {
  /// The state as text.
  var words: String {
    switch self {
    case .asInstalled: "as installed"
    case .changed: "changed here"
    case .conflictMarkers: "with conflict markers"
    case .lineEnds: "other line ends"
    case .missing: "missing"
    case .unrecorded: "no record"
    case .notAFile: "a link or no file"
    }
  }
}

extension PluginState {
  /// A summary of the states of all files.
  var words: SafeText {
    guard entry != nil else { return "no record" }
    var parts: [SafeText] = []
    for state in [FileState.changed, .conflictMarkers, .lineEnds, .missing, .notAFile] {
      let count = files.count { $0.state == state }
      if count > 0 { parts.append("\(count) \(state.words)") }
    }
    guard let first = parts.first else { return "as installed" }
    return parts.dropFirst().reduce(first) { $0 + ", " + $1 }
  }

  /// The plugin as JSON, with the state of its source if requested.
  func json(_ source: SourceState? = nil) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("slug", .string(slug.description)), ("name", .string(orNull: manifest?.name)),
      ("version", .string(orNull: version)), ("source", .string(orNull: entry?.origin.description)),
      ("snapshot", .string(orNull: entry?.snapshot?.description)), ("recorded", .boolean(entry != nil)),
      ("targets", .array((entry?.targets ?? []).map { .string($0.rawValue) })),
      (
        "files",
        .array(
          files.map { file in
            .object([
              ("path", .string(file.path.description)), ("state", .string(file.state.rawValue)),
              ("installed", .string(orNull: entry?.files[file.path]?.description)),
            ])
          }
        )
      ),
    ]
    if let source {
      members.append(("source_state", .string(source.word)))
      members.append(("source_version", .string(orNull: source.newVersion)))
      members.append(("source_error", source.failure?.json ?? .null))
    }
    return .object(members)
  }
}

extension PluginState.SourceState {
  /// A stable identifier for JSON output.
  var word: String {
    switch self {
    case .current: "current"
    case .newer: "newer"
    case .older: "older"
    case .gone: "gone"
    case .unusable: "unusable"
    case .unknown: "unknown"
    }
  }

  /// The version in the source, if it differs.
  var newVersion: String? {
    switch self {
    case .newer(let version), .older(let version): version
    case .current, .gone, .unusable, .unknown: nil
    }
  }

  /// Why the source cannot be used.
  var failure: Failure? {
    if case .unusable(let error) = self { Failure(error) } else { nil }
  }

  /// The state as text.
  var text: SafeText {
    switch self {
    case .current: "up to date"
    case .newer(let version): "other content in the source, version \(version)"
    case .older(let version): "the source has the older version \(version)"
    case .gone: "no longer in the source"
    case .unusable: "source not usable: \(failure?.message ?? "")"
    case .unknown: "no source to compare with"
    }
  }
}
