import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry export`.
struct RegistryExportCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a registry into one file, or a folder to commit.",
    examples: [
      "mmdos registry export partner partner.bundle", "mmdos registry export partner --dir vendor/partner",
    ],
    discussion: """
      The file has the snapshot with its manifest and signatures, and every object, for a machine without a \
      network: `registry import` checks all of it again, as a sync would. With --dir the files are written as a \
      view is, with the lock entry that vouches for them: `registry verify --dir` proves later that they are \
      still what was exported, and .gitattributes keeps git from converting line ends. Folders above that are \
      missing are made. Without a revision it is the snapshot in use. What this machine did not sync itself has to \
      pass limits and content audit first.
      """
  )

  @Argument(
    help: ArgumentHelp("The registry, and a revision if not the one in use.", valueName: "name[@rev]"),
    completion: Completion.registryRevision
  )
  var target: RevisionArgument
  @Argument(help: "The file to write.") var file: String?
  @Option(help: ArgumentHelp("The folder to write, instead of a file.", valueName: "dir")) var dir: String?
  @Option(help: ArgumentHelp("How many snapshots to take along the history.", valueName: "n")) var depth = 1
  @Flag(help: "Replace what an earlier export wrote.") var force = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (file == nil) != (dir == nil) else { throw ValidationError("give a file, or a folder with --dir") }
    guard depth > 0, dir == nil || depth == 1 else {
      throw ValidationError("--depth takes a number from 1, and goes with a file")
    }
  }

  func run(in session: Session) throws -> Int32 {
    let registry = try session.registry(target.name)
    if let dir {
      let report = try VendoredExport(registry)
        .write(target.revision, to: session.absolute(dir), replaces: force)
      show(report.json, report.lines(dir), in: session)
    } else if let file {
      let report = try RegistryExport(registry)
        .write(target.revision, depth: depth, to: session.absolute(file), replaces: force)
      show(report.json, report.lines(file), in: session)
    }
    return ExitCodes.done
  }

  private func show(_ json: JSONValue, _ lines: [SafeText], in session: Session) {
    if session.options.isJSON { return session.console.print(json) }
    for line in lines { session.console.print(line) }
  }
}

extension VendoredExport.Report {
  fileprivate func lines(_ dir: String) -> [SafeText] {
    [
      "\(SafeText(registry.description)): version \(SafeText(version)) written to \(SafeText(dir))",
      "  \(Quantity.count(fileCount, "file")), checksums.json, mmdos-lock.json and .gitattributes",
      "  manifest \(manifest)",
    ]
  }

  fileprivate var json: JSONValue {
    .object([
      ("registry", .string(registry.description)), ("path", .string(path.string)),
      ("version", .string(version)), ("manifest", .string(manifest.description)),
      ("snapshot", .string(snapshot.description)), ("files", .number(fileCount)),
    ])
  }
}

extension RegistryExport.Report {
  fileprivate func lines(_ file: String) -> [SafeText] {
    [
      "\(SafeText(registry.description)): version \(SafeText(version)) written to \(SafeText(file))",
      "  \(Quantity.count(snapshots.count, "snapshot")), \(Quantity.count(objectCount, "object")), "
        + "\(Quantity.bytes(byteCount))",
      "  manifest \(manifest)",
    ]
  }

  fileprivate var json: JSONValue {
    .object([
      ("registry", .string(registry.description)), ("path", .string(path.string)),
      ("version", .string(version)), ("manifest", .string(manifest.description)),
      ("snapshots", .array(snapshots.map { .string($0.description) })),
      ("objects", .number(objectCount)), ("bytes", .number(byteCount)),
    ])
  }
}
