import ArgumentParser
import ObjectStore
import RegistrySync
import SystemPackage

/// The command `mmdos registry trust sync`.
struct TrustSyncCommand: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Ask again for every key that was added from an address.",
    discussion: """
      A key is never replaced silently: a new one is shown beside the old, with exit code 2, until it is accepted \
      by name. KEY_ID:FINGERPRINT accepts exactly the key that was shown.
      """
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Option(
    name: .customLong("accept"),
    help: ArgumentHelp("Take this key's new version; may be repeated.", valueName: "key-id[:fingerprint]")
  )
  var accepted: [String] = []

  func validate() throws {
    for text in accepted {
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 1 || (parts.count == 2 && KeyFingerprint(hex: String(parts[1])) != nil) else {
        throw ValidationError("--accept takes a key id, or a key id, a colon and 64 lower-case hex digits")
      }
    }
  }

  func run(in session: Session) async throws -> Int32 {
    let (project, policy, editing) = try session.trustStore()
    let keys = try editing.read().keys
    let accepts = try acceptances(editing)
    let fetcher = try KeyFetcher(policy: policy, environment: session.environment, root: project.root.path)
    guard approval.isApproved else { return try preview(keys, policy).show(in: session) }
    let outcomes: [TrustSync.Outcome]
    do {
      outcomes = try await TrustSync(fetcher).run(keys)
      await fetcher.shutdown()
    } catch {
      await fetcher.shutdown()
      throw error
    }
    var code = ExitCodes.done
    var reports: [JSONValue] = []
    var next: [String] = []
    for outcome in outcomes {
      let line = try take(outcome, accepts, editing)
      if code == ExitCodes.done { code = line.code }
      if line.code == ExitCodes.approvalNeeded, let accept = line.accept { next.append(accept) }
      reports.append(line.json(outcome))
      if !session.options.isJSON { line.print(outcome, to: session.console) }
    }
    let command = ShellWord.line(
      ["mmdos", "registry", "trust", "sync"] + global.targetWords + next.flatMap { ["--accept", $0] }
        + ["--approved"]
    )
    if session.options.isJSON {
      session.console.print(
        .object([("keys", .array(reports)), ("next", .string(orNull: next.isEmpty ? nil : command))])
      )
    } else if !next.isEmpty {
      session.console.print("")
      session.console.print("New keys were not taken. If the publisher confirms their fingerprints:")
      session.console.print("  \(command)")
    }
    return code
  }

  /// The accepted fingerprint of each accepted key, nil where any is accepted.
  private func acceptances(_ editing: TrustStoreEditing) throws(SyncError) -> [String: String?] {
    var accepts: [String: String?] = [:]
    for text in accepted {
      let parts = text.split(separator: ":").map(String.init)
      let keyID = parts.first ?? ""
      _ = try editing.find(keyID)
      accepts.updateValue(parts.count == 2 ? parts[1] : nil, forKey: keyID)
    }
    return accepts
  }

  private func take(
    _ outcome: TrustSync.Outcome,
    _ accepts: [String: String?],
    _ editing: TrustStoreEditing
  ) throws(SyncError) -> TrustSyncLine {
    let key = outcome.key
    switch outcome.state {
    case .unchanged: return TrustSyncLine("unchanged", .good)
    case .notActive: return TrustSyncLine("not asked: \(key.status.rawValue)", .faint)
    case .noAddress: return TrustSyncLine("not asked: no address", .faint)
    case .withdrawn(let status):
      return TrustSyncLine(
        "\(status.rawValue) by its publisher",
        .bad,
        code: ExitCodes.approvalNeeded,
        hint: "mmdos registry trust revoke \(key.keyID) --approved"
      )
    case .failed(let error):
      let failure = Failure(error)
      return TrustSyncLine("failed: \(failure.message)", .bad, code: failure.code, hint: failure.hint)
    case .changed(let new):
      let shown = new.fingerprint.description
      guard let wanted = accepts[key.keyID] else {
        return TrustSyncLine(
          "changed",
          .bad,
          new: shown,
          code: ExitCodes.approvalNeeded,
          accept: "\(key.keyID):\(shown)"
        )
      }
      if let wanted, wanted != shown {
        throw .trustStore(.wrongFingerprint(expected: wanted, found: new.fingerprint))
      }
      try editing.replace(key.keyID, expecting: key.fingerprint, with: new)
      return TrustSyncLine("replaced", .warning, new: shown)
    }
  }

  private func preview(_ keys: [TrustedKey], _ policy: Policy) throws(SyncError) -> Preview {
    var asked: [(TrustedKey, String)] = []
    for key in keys where key.status == .active {
      guard let url = key.remoteSourceURL else { continue }
      asked.append((key, try KeyFetcher.parse(url, policy: policy).description))
    }
    let lines = asked.flatMap { key, url -> [SafeText] in
      ["  \(key.keyID)  \(key.fingerprint, .id)", "    request  \(url)"]
    }
    return Preview(
      command: ShellWord.line(
        ["mmdos", "registry", "trust", "sync"] + global.targetWords + accepted.flatMap { ["--accept", $0] }
          + ["--approved"]
      ),
      lines: ["would ask again for \(Quantity.count(asked.count, "key"))"] + lines,
      json: [
        (
          "requests",
          .array(
            asked.map { key, url in
              .object([
                ("key_id", .string(key.keyID)), ("fingerprint", .string(key.fingerprint.description)),
                ("url", .string(url)),
              ])
            }
          )
        )
      ]
    )
  }
}

/// What became of one key.
struct TrustSyncLine {
  private let state: String
  private let style: Style
  private let new: String?
  /// The exit code that it asks for.
  let code: Int32
  /// What to accept to take the new key.
  let accept: String?
  private let hint: String?

  init(
    _ state: String,
    _ style: Style,
    new: String? = nil,
    code: Int32 = ExitCodes.done,
    accept: String? = nil,
    hint: String? = nil
  ) {
    self.state = state
    self.style = style
    self.new = new
    self.code = code
    self.accept = accept
    self.hint = hint
  }

  func print(_ outcome: TrustSync.Outcome, to console: Console) {
    console.print("\(outcome.key.keyID)  \(state, style)")
    if let new {
      console.print("  old  \(outcome.key.fingerprint, .id)")
      console.print("  new  \(new, .id)")
    } else {
      console.print("  fingerprint  \(outcome.key.fingerprint, .id)")
    }
    if let hint { console.print("  hint  \(hint)") }
  }

  func json(_ outcome: TrustSync.Outcome) -> JSONValue {
    .object([
      ("key_id", .string(outcome.key.keyID)), ("url", .string(orNull: outcome.url)),
      ("state", .string(state)),
      ("fingerprint", .string(outcome.key.fingerprint.description)),
      ("new_fingerprint", .string(orNull: new)),
      ("hint", .string(orNull: hint)),
    ])
  }
}
