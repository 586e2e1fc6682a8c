import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos plugin status`.
struct PluginStatus: Command {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Compare installed plugins with what was installed, and with what their sources have.",
    examples: ["mmdos plugin status", "mmdos plugin status --check"],
    discussion: "Sources are read from the store as they were synced; nothing is requested."
  )

  @Argument(help: "The plugin's slug; without it all.", completion: Completion.installedSlug) var slug:
    String?
  @Flag(help: "Exit with code 3 if a plugin is not as it was installed: for CI.") var check = false
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let sources = try PluginSources(project, lockTimeout: session.options.lockTimeout, isActing: false)
    let states = try slug.map { [try InstalledPlugins.state(of: PluginSlug(argument: $0), in: project)] }
    var catalogs = OpenedCatalogs(sources)
    let rows = try (states ?? InstalledPlugins.states(in: project)).map { ($0, $0.source(in: &catalogs)) }
    let isInterrupted = try project.hasInterruptedInstall()
    let isAsInstalled = !isInterrupted && rows.allSatisfy { $0.0.isAsInstalled }
    let code = check && !isAsInstalled ? ExitCodes.integrity : ExitCodes.done
    if session.options.isJSON {
      session.console.print(
        .object([
          ("plugins", .array(rows.map { $0.0.json($0.1) })), ("interrupted", .boolean(isInterrupted)),
        ])
      )
      return code
    }
    for (state, source) in rows {
      let version = SafeText(state.version ?? "-")
      session.console.print("\(state.slug.description) " + version + ": " + state.words + "; " + source.text)
      for file in state.files where file.state != .asInstalled && file.state != .unrecorded {
        session.console.print("  \(file.state.words): \(file.path.description)")
      }
    }
    if rows.isEmpty { session.console.note("no plugin is installed") }
    if isInterrupted { session.console.note(PluginChangeText.interrupted) }
    return code
  }
}

/// The command `mmdos plugin validate`.
struct PluginValidate: Command {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check a plugin by the rules and the policy: an installed one, or a manifest's file.",
    examples: ["mmdos plugin validate catalog/git-hygiene.yaml"],
    discussion:
      "What has a slash or ends in .yaml is a file. Without a name every installed plugin is checked."
  )

  @Argument(help: "A slug, or the path of a manifest.") var plugin: String?
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let policy = try project.readPolicy()
    var results: [(name: String, failure: Failure?)] = []
    if let plugin, plugin.contains("/") || plugin.hasSuffix(".yaml") {
      results.append(
        (plugin, check { _ = try PluginPackage(manifestAt: session.absolute(plugin), policy: policy) })
      )
    } else {
      let named = try plugin.map {
        [try InstalledPlugins.state(of: PluginSlug(argument: $0), in: project).slug]
      }
      for slug in try named ?? InstalledPlugins.states(in: project).map(\.slug) {
        results.append(
          (slug.description, check { _ = try PluginPackage(installed: slug, in: project, policy: policy) })
        )
      }
    }
    let code = results.lazy.compactMap(\.failure).first?.code ?? ExitCodes.done
    if session.options.isJSON {
      let items = results.map { result in
        JSONValue.object([
          ("plugin", .string(result.name)), ("valid", .boolean(result.failure == nil)),
          ("error", result.failure?.json ?? .null),
        ])
      }
      session.console.print(.object([("plugins", .array(items))]))
      return code
    }
    for result in results {
      if let failure = result.failure {
        session.console.report(failure, about: result.name)
      } else {
        session.console.print("\(result.name): valid")
      }
    }
    return code
  }

  private func check(_ body: () throws -> Void) -> Failure? {
    do { try body() } catch { return Failure(error) }
    return nil
  }
}
