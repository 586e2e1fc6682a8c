import ArgumentParser
import ObjectStore
import RegistrySync
import SystemPackage

/// The command `mmdos registry export`.
struct RegistryExportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a registry into one file, for a machine without a network.",
    discussion: """
      The file has the snapshot with its manifest and signatures, and every file. `registry import` checks all of \
      it again, as a sync would. Without a revision it is the snapshot in use.
      """
  )

  @OptionGroup var global: GlobalOptions
  @Argument(
    help: ArgumentHelp("The registry, and a revision if not the one in use.", valueName: "name[@rev]")
  )
  var target: RevisionArgument
  @Argument(help: "The file to write.") var file: String
  @Option(help: ArgumentHelp("How many snapshots to take along the history.", valueName: "n")) var depth = 1
  @Flag(help: "Replace a file that exists.") var force = false

  func validate() throws {
    guard depth > 0 else { throw ValidationError("--depth takes a number from 1") }
  }

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let source = try project.source(target.name)
    let export = try RegistryExport(
      source,
      in: project,
      policy: project.readPolicy(),
      lockTimeout: session.options.lockTimeout
    )
    let report = try export.write(
      target.revision,
      depth: depth,
      to: session.absolute(file),
      replaces: force
    )
    if session.options.isJSON {
      session.console.print(report.json)
    } else {
      let name = SafeText(report.registry.description)
      let snapshots = Quantity.count(report.snapshots.count, "snapshot")
      session.console.print("\(name): version \(SafeText(report.version)) written to \(SafeText(file))")
      session.console.print(
        "  \(snapshots), \(Quantity.count(report.objectCount, "object")), \(Quantity.bytes(report.byteCount))"
      )
      session.console.print("  manifest \(report.manifest)")
    }
    return ExitCodes.done
  }
}

extension RegistryExport.Report {
  /// The report for programs.
  var json: JSONValue {
    .object([
      ("registry", .string(registry.description)), ("path", .string(path.string)),
      ("version", .string(version)), ("manifest", .string(manifest.description)),
      ("snapshots", .array(snapshots.map { .string($0.description) })),
      ("objects", .number(objectCount)), ("bytes", .number(byteCount)),
    ])
  }
}
