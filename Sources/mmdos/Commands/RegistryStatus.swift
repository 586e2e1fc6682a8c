import ArgumentParser
import Disk
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry status`.
struct RegistryStatus: Command {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show policy, lockfile, key and cache at a glance.",
    examples: ["mmdos registry status"]
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let status = try ProjectStatus(of: session.project())
    if session.options.isJSON {
      session.console.print(status.json)
      return ExitCodes.done
    }
    let policy = status.policy
    session.console.print([
      ("project", status.root.string),
      ("remote registries", policy.allowRemoteRegistries ? "allowed" : "forbidden by the policy"),
      ("unsigned remote", policy.allowUnsignedRemote ? "allowed" : "refused"),
      ("http on this machine", policy.allowHTTPLocalhost ? "allowed" : "refused"),
      ("signing key", status.hasSigningKey ? "present" : "none"),
      ("lockfile", Quantity.count(status.lockfile.entries.count, "entry", "entries").description),
      ("cache", status.cacheWords),
    ])
    if !status.registries.isEmpty || !status.unusable.isEmpty { session.console.print("") }
    for summary in status.registries {
      session.console.print("  \(SafeText(summary.source.name.description)): \(SafeText(summary.stateWords))")
      let withheld = status.withheld[summary.source.name] ?? []
      let text = WithheldText(withheld, of: summary.source.name, isVerbose: session.options.isVerbose)
      for line in text.lines(indent: 4) { session.console.print(line) }
    }
    for source in status.unusable {
      session.console.print("  \(SafeText(source.label)): not used: \(SafeText(source.problem.words))")
    }
    for summary in status.registries { summary.warnOfDoubt(session.console) }
    for ability in status.lacking { session.console.warn("file system: \(ability.words)") }
    for (name, place) in status.sortedMounts {
      session.console.warn(
        "\(name): its view is mounted at \(place.quoted), so a sync replaces it file by file"
      )
    }
    for source in status.unusable { session.console.warn(source.words) }
    for summary in status.registries { summary.warnOfLockEntry(session.console) }
    if let problem = status.machineKeyProblem { session.console.warn(problem.words) }
    for warning in policy.warnings { session.console.warn(warning.words) }
    for summary in status.registries { summary.warnOfLostSigners(session.console) }
    return ExitCodes.done
  }
}

extension ProjectStatus {
  fileprivate var cacheWords: String {
    switch cacheState {
    case .absent: "none yet"
    case .foreign: "of another tool; ignored until the first sync, mmdos migrate imports what is right"
    case .present(let objects): Quantity.count(objects, "object").description
    }
  }

  private func json(_ summary: RegistrySummary) -> JSONValue {
    guard case .object(let members) = summary.json.content else { return summary.json }
    let text = withheld[summary.source.name].map {
      WithheldText($0, of: summary.source.name, isVerbose: true).json
    }
    return .object(members: members + [JSONMember("withheld", text ?? .null)])
  }

  fileprivate var sortedMounts: [(RegistryName, FilePath)] {
    mounts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  fileprivate var json: JSONValue {
    let objects: JSONValue
    if case .present(let count) = cacheState { objects = .number(count) } else { objects = .null }
    return .object([
      ("root", .string(root.string)), ("allow_remote_registries", .boolean(policy.allowRemoteRegistries)),
      ("allow_unsigned_remote", .boolean(policy.allowUnsignedRemote)),
      ("allow_http_localhost", .boolean(policy.allowHTTPLocalhost)),
      ("require_signature", .boolean(policy.requireSignature)), ("signing_key", .boolean(hasSigningKey)),
      ("lock_entries", .number(lockfile.entries.count)), ("objects", objects),
      ("file_system_lacks", .array(lacking.map { .string($0.rawValue) })),
      ("mounted_views", .object(sortedMounts.map { ($0.description, .string($1.string)) })),
      ("machine_key", .string(orNull: machineKeyProblem?.words)),
      ("registries", .array(registries.map(json))), ("unusable", .array(unusable.map(\.json))),
      ("warnings", .array(policy.warnings.map { .string($0.words) })),
    ])
  }
}
