import ArgumentParser
import RegistrySync

/// The command `mmdos registry verify`.
struct RegistryVerify: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Prove a registry again: objects, view, lockfile, today's policy.",
    discussion: "Uses no network and changes nothing. Exit code 3 when something is not what was proven."
  )

  @OptionGroup var global: GlobalOptions
  @Argument(help: "The registry's name.") var name: String?
  @Flag(name: .customLong("all"), help: "Verify every synced registry.") var isAll = false

  func validate() throws {
    guard (name == nil) == isAll else { throw ValidationError("give a registry's name, or --all") }
  }

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let policy = try project.readPolicy()
    var reports: [VerifyReport] = []
    for source in try selected(project) {
      do {
        reports.append(
          try RegistryVerifier(source, in: project, policy: policy).verify(
            lockTimeout: session.options.lockTimeout
          )
        )
      } catch {
        guard isAll, case .neverSynced = error else { throw error }
        session.console.note("\(source.name): never synced")
      }
    }
    if session.options.isJSON {
      let list = reports.map(\.json)
      session.console.print(isAll ? .object([("registries", .array(list))]) : list.first ?? .null)
    } else {
      for report in reports {
        VerifyReportText(report, isVerbose: session.options.isVerbose).print(to: session.console)
      }
    }
    return reports.allSatisfy(\.isIntact) ? ExitCodes.done : ExitCodes.integrity
  }

  private func selected(_ project: Project) throws(SyncError) -> [Source] {
    if let name { return [try project.source(name)] }
    return try project.readSources().sources.filter { source in
      if case .bundled = source.location { false } else { true }
    }
  }
}
