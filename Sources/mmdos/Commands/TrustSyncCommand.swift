import ArgumentParser
import Disk
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry trust sync`.
struct TrustSyncCommand: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Ask again for every key that was added from an address.",
    examples: ["mmdos registry trust sync", "mmdos registry trust sync --approved"],
    discussion: """
      A key is never replaced silently: a new one is shown beside the old, with exit code 2, until it is accepted \
      by name. KEY_ID:FINGERPRINT accepts exactly the key that was shown; if one accepted key is not the one \
      that is served, none is replaced.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Option(
    name: .customLong("accept"),
    help: ArgumentHelp("Take this key's new version; may be repeated.", valueName: "key-id[:fingerprint]")
  )
  var accepted: [String] = []
  @OptionGroup var global: GlobalOptions

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
    let fetcher = try KeyFetcher(policy: policy, connector: session.connector(project))
    guard approval.isApproved else { return try preview(keys, project, policy, session).show(in: session) }
    let outcomes: [TrustSync.Outcome]
    do {
      outcomes = try await TrustSync(fetcher).run(keys)
      await fetcher.shutdown()
    } catch {
      await fetcher.shutdown()
      throw error
    }
    let plan = TrustSyncPlan(outcomes, accepting: accepts)
    try editing.replace(plan.replacements)
    return show(plan, in: session)
  }

  /// The keys that the user accepts.
  ///
  /// - Throws: `TrustStoreProblem` for a key that the store does not have.
  private func acceptances(_ editing: TrustStoreEditing) throws -> [KeyAcceptance] {
    var accepts: [KeyAcceptance] = []
    for text in accepted {
      let parts = text.split(separator: ":").map(String.init)
      let keyID = parts.first ?? ""
      _ = try editing.find(keyID)
      accepts.append(
        KeyAcceptance(keyID: keyID, fingerprint: parts.count == 2 ? KeyFingerprint(hex: parts[1]) : nil)
      )
    }
    return accepts
  }

  private func show(_ plan: TrustSyncPlan, in session: Session) -> Int32 {
    let lines = plan.items.map { TrustSyncLine($0, isSound: plan.isSound) }
    let next = lines.compactMap(\.accept)
    let command = ShellWord.line(
      ["mmdos", "registry", "trust", "sync"] + global.targetWords + next.flatMap { ["--accept", $0] }
        + ["--approved"]
    )
    if session.options.isJSON {
      session.console.print(
        .object([
          ("keys", .array(lines.map(\.json))), ("next", .string(orNull: next.isEmpty ? nil : command)),
        ])
      )
    } else {
      for line in lines { line.print(to: session.console) }
      if !plan.isSound {
        session.console.print("")
        session.console.print("Nothing was replaced: not every accepted key is the one that is served.")
      } else if !next.isEmpty {
        session.console.print("")
        session.console.print("New keys were not taken. If the publisher confirms their fingerprints:")
        session.console.print("  \(command)")
      }
    }
    // If nothing is replaced, the exit code is that of the acceptances that are not met.
    let codes = lines.filter { plan.isSound || $0.isUnmet }.map(\.code)
    return codes.contains(ExitCodes.integrity)
      ? ExitCodes.integrity : codes.first { $0 != ExitCodes.done } ?? ExitCodes.done
  }

  private func preview(
    _ keys: [TrustedKey],
    _ project: Project,
    _ policy: Policy,
    _ session: Session
  ) throws -> Preview {
    var asked: [(TrustedKey, String)] = []
    var outside = OutsideUse(project, policy, session)
    for key in keys where key.status == .active {
      guard let url = key.remoteSourceURL else { continue }
      let parsed = try KeyFetcher.parse(url, policy: policy)
      outside.add(parsed)
      asked.append((key, parsed.description))
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
    ).adding(outside)
  }
}
