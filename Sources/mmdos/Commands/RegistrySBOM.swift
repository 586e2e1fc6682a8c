import ArgumentParser
import Disk
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry sbom`.
struct RegistrySBOM: Command {
  static let configuration = CommandConfiguration(
    commandName: "sbom",
    abstract: "Write a bill of materials of the installed plugins: CycloneDX 1.5.",
    examples: ["mmdos registry sbom --cyclonedx plugins.cdx.json"],
    discussion: """
      Every plugin with its version, registry, snapshot, and the SHA-256 of each file as it was installed. With '-' in \
      place of a file it is printed.
      """
  )

  @Option(
    name: .customLong("cyclonedx"),
    help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file(extensions: ["json"])
  )
  var file: String
  @Flag(help: "Replace a file that is there.") var force = false
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let sources = try project.readSources().sources
    let bill = BillOfMaterials(
      project: project.root.path.lastComponent?.string ?? "project",
      plugins: try InstalledPlugins.states(in: project),
      addresses: Dictionary(
        sources.map { ($0.name, $0.location.text) },
        uniquingKeysWith: { first, _ in first }
      )
    )
    guard file != "-" else {
      session.console.print(bill.json)
      return ExitCodes.done
    }
    try session.write(JSONWriter.pretty(bill.json), to: file, replaces: force)
    if session.options.isJSON {
      session.console.print(.object([("path", .string(file)), ("plugins", .number(bill.plugins.count))]))
    } else {
      session.console.print(
        "\(Quantity.count(bill.plugins.count, "installed plugin")) written to \(SafeText(file))"
      )
    }
    return ExitCodes.done
  }
}

/// What is installed, as a CycloneDX document (ECMA-424, version 1.5 of the JSON schema).
struct BillOfMaterials {
  /// The name of the project.
  let project: String
  let plugins: [PluginState]
  /// The addresses of the configured registries.
  let addresses: [RegistryName: String]

  var json: JSONValue {
    .object([
      ("bomFormat", .string("CycloneDX")), ("specVersion", .string("1.5")), ("version", .number(1)),
      (
        "metadata",
        .object([
          ("timestamp", .string(Timestamp.now().wholeSeconds.description)),
          (
            "tools",
            .object([
              (
                "components",
                .array([
                  .object([
                    ("type", .string("application")), ("name", .string("mmdos")),
                    ("version", .string(Agent.version)),
                  ])
                ])
              )
            ])
          ),
          ("component", .object([("type", .string("application")), ("name", .string(project))])),
        ])
      ), ("components", .array(plugins.map(component))),
    ])
  }

  private func component(_ plugin: PluginState) -> JSONValue {
    let slug = plugin.slug.description
    var members: [(String, JSONValue)] = [
      ("type", .string("library")), ("bom-ref", .string("plugin:\(slug)")), ("name", .string(slug)),
    ]
    if let version = plugin.version { members.append(("version", .string(version))) }
    if let address = address(of: plugin) {
      let reference = JSONValue.object([("type", .string("distribution")), ("url", .string(address))])
      members.append(("externalReferences", .array([reference])))
    }
    members.append(("properties", .array(properties(of: plugin))))
    members.append(("components", .array(files(of: plugin))))
    return .object(members)
  }

  /// The address of the plugin's registry, if that is a URL: a path means nothing elsewhere.
  private func address(of plugin: PluginState) -> String? {
    guard case .registry(let name) = plugin.entry?.origin, let address = addresses[name],
      address.hasPrefix("https://")
    else { return nil }
    return address
  }

  private func properties(of plugin: PluginState) -> [JSONValue] {
    var properties: [(String, String)] = [("mmdos:state", plugin.isAsInstalled ? "as-installed" : "changed")]
    if let entry = plugin.entry {
      properties.append(("mmdos:source", entry.origin.description))
      if let snapshot = entry.snapshot { properties.append(("mmdos:snapshot", snapshot.description)) }
      properties += entry.targets.map { ("mmdos:target", $0.rawValue) }
    }
    return properties.map { .object([("name", .string($0.0)), ("value", .string($0.1))]) }
  }

  private func files(of plugin: PluginState) -> [JSONValue] {
    (plugin.entry?.files ?? [:]).sorted { $0.key < $1.key }.map { path, id in
      .object([
        ("type", .string("file")), ("name", .string(path.description)),
        (
          "hashes",
          .array([.object([("alg", .string("SHA-256")), ("content", .string(id.description))])])
        ),
      ])
    }
  }
}
