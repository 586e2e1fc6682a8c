import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry list`.
struct RegistryList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the configured registries.",
    examples: ["mmdos registry list"]
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let list = try project.readSources()
    let summaries = try RegistrySummary.all(in: project)
    if session.options.isJSON {
      session.console.print(
        .object([
          ("registries", .array(summaries.map(\.json))), ("unusable", .array(list.unusable.map(\.json))),
        ])
      )
      return ExitCodes.done
    }
    guard !summaries.isEmpty || !list.unusable.isEmpty else {
      session.console.note("no registries yet; mmdos registry add NAME URL --approved")
      return ExitCodes.done
    }
    var table = Table([
      Table.Column("NAME"), Table.Column("TYPE"), Table.Column("TRUST"), Table.Column("VERSION"),
      Table.Column("SYNCED"), Table.Column("URL"),
    ])
    for summary in summaries { table.append(summary.cells(isVerbose: session.options.isVerbose)) }
    for source in list.unusable { table.append(source.cells) }
    session.console.print(table)
    for summary in summaries { summary.warnOfDoubt(session.console) }
    for summary in summaries { summary.warnOfLockEntry(session.console) }
    for summary in summaries { summary.warnOfLostSigners(session.console) }
    for source in list.unusable { session.console.warn(source.words) }
    for warning in list.warnings { session.console.warn(warning.words) }
    return ExitCodes.done
  }
}

extension UnusableSource {
  fileprivate var cells: [SafeText] {
    [SafeText(label + " (not used)"), SafeText(typeName ?? "-"), "-", "-", "-", SafeText(url ?? "-")]
  }

  var json: JSONValue {
    .object([
      ("name", .string(label)), ("type", .string(orNull: typeName)), ("url", .string(orNull: url)),
      ("line", problem.position.map { .number($0.line) } ?? .null), ("problem", .string(problem.words)),
      ("hint", .string(remedy)),
    ])
  }
}

extension RegistrySummary {
  fileprivate func cells(isVerbose: Bool) -> [SafeText] {
    [
      SafeText(source.name.description + (source.isEnabled ? "" : " (disabled)")),
      SafeText(source.location.typeName), SafeText(source.trustLevel.rawValue),
      SafeText((version ?? "-") + (isPinned ? " (pinned)" : "")),
      syncedAt.map { TimeText($0).line(isVerbose: isVerbose) } ?? (isBundled ? "-" : "never"),
      SafeText(source.location.text),
    ]
  }

  /// Whether it is the bundled source, which is never synced.
  var isBundled: Bool {
    if case .bundled = source.location { true } else { false }
  }

  /// Whether it is pinned, and whether a newer snapshot than the one in use was synced.
  var pinWords: String {
    guard isPinned else { return "" }
    return latest == snapshot || latestDisbelief != nil ? ", pinned" : ", pinned; a newer one is synced"
  }

  /// What is in use, and whether it can be.
  var stateWords: String {
    if disbelief?.voucher == .outdated {
      return "what is in use is older than what was synced, a ref was put back; sync it again"
    }
    if disbelief != nil { return "nothing shows that what is in use was synced; sync it again" }
    if isInterrupted { return "a write was interrupted; the next write command finishes it" }
    if isBundled { return "came with the program, nothing to sync" }
    guard let version else { return "never synced" }
    return "version \(version), synced \(syncedAt ?? "?")" + pinWords
  }

  /// Says why what the refs name is not believed.
  func warnOfDoubt(_ console: Console) {
    for words in doubtWords { console.warn(words) }
  }

  /// Why what the refs name is not believed, a line for each of them.
  var doubtWords: [String] {
    [
      disbelief.map { "nothing shows that what '\(source.name)' has in use was synced: \($0.words)" },
      latestDisbelief.map { "nothing shows that the newest of '\(source.name)' was synced: \($0.words)" },
    ]
    .compactMap(\.self)
  }

  /// Says what is remarkable about the lock entry, in one line.
  func warnOfLockEntry(_ console: Console) {
    if let lockNote { console.warn("\(source.name): \(lockNote.words)") }
  }

  /// Says which keys do not count any more that signed what is in use.
  func warnOfLostSigners(_ console: Console) {
    for words in lostSignerWords { console.warn(words) }
  }

  /// Which keys do not count any more that signed what is in use.
  var lostSignerWords: [String] {
    lostSigners.map {
      "'\(source.name)': the \($0.signer.algorithm) signature of '\($0.signer.keyID)' does not count any more: the key is \($0.state.words); "
        + "mmdos registry verify \(source.name) tells what that means"
    }
  }

  var json: JSONValue {
    .object([
      ("name", .string(source.name.description)), ("type", .string(source.location.typeName)),
      ("url", .string(source.location.text)), ("enabled", .boolean(source.isEnabled)),
      ("trust_level", .string(source.trustLevel.rawValue)),
      ("signature_required", .boolean(source.isSignatureRequired)),
      ("signers", .array(source.signers.map { .string($0) })), ("mirrors", source.mirrors.json),
      ("version", .string(orNull: version)), ("synced_at", .string(orNull: syncedAt)),
      ("checked_at", .string(orNull: checkedAt)), ("snapshot", .string(orNull: snapshot?.description)),
      ("latest", .string(orNull: latest?.description)), ("pinned", .boolean(isPinned)),
      ("publisher", .string(orNull: publisher)), ("trust", .string(orNull: trust)),
      ("interrupted", .boolean(isInterrupted)), ("doubt", .string(orNull: disbelief?.words)),
      ("latest_doubt", .string(orNull: latestDisbelief?.words)),
      ("lock_note", .string(orNull: lockNote?.words)),
      ("warnings", .array(lostSignerWords.map { .string($0) })),
    ])
  }
}
