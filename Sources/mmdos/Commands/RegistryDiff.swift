import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry diff`.
struct RegistryDiff: Command {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what differs between two snapshots of a registry.",
    examples: ["mmdos registry diff partner v1.0.0 latest", "mmdos registry diff partner --stat"],
    discussion: """
      Without a revision: what a switch from the snapshot in use to the newest would change, or, if the newest \
      is in use, what it changed. With one: from that to the snapshot in use.
      """
  )

  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @Argument(help: "The older snapshot.", completion: Completion.revision) var old: String?
  @Argument(help: "The newer snapshot.", completion: Completion.revision) var new: String?
  @Flag(name: .customLong("stat"), help: "Show how many lines of each file differ.") var hasStat = false
  @Flag(name: .customLong("name-status"), help: "List the files only.") var hasNameStatus = false

  @Option(
    name: .customLong("path"),
    help: ArgumentHelp(
      "Only this file, or the files in this folder; may be given several times.",
      valueName: "path"
    )
  )
  var paths: [String] = []
  @Flag(name: .customLong("manifest"), help: "Show manifest.json too, which has the hash of every file.")
  var hasManifest = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if hasStat && hasNameStatus { throw ValidationError("give --stat or --name-status, not both") }
  }

  func run(in session: Session) throws -> Int32 {
    // Reads everything first, so that the store is not locked while a pager is open.
    let text = try render(in: session)
    guard !text.isEmpty else { return ExitCodes.done }
    session.page { $0.write(text.span.bytes) }
    return ExitCodes.done
  }

  /// Compares and renders everything; for JSON it prints the document and returns nothing.
  private func render(in session: Session) throws -> [UInt8] {
    let project = try session.project()
    let (source, revisions) = try project.source(orOnlyBefore: [name, old, new].compactMap(\.self))
    guard revisions.count <= 2 else { throw Failure(ExitCodes.usage, "usage", "give at most two snapshots") }
    let registry = try session.open(source, of: project)
    let reader = try RegistryReader(registry)
    let (old, new) = try reader.history.comparison(
      from: revisions.first,
      to: revisions.count > 1 ? revisions[1] : nil
    )
    for entry in old.id == new.id ? [new] : [old, new] {
      if let doubt = try reader.findDoubt(of: entry) {
        session.console.warn("today \(entry.id.abbreviated) \(doubt.words)")
      }
    }
    let all = try reader.differences(from: old, to: new)
    let differences = all.filter { isWanted($0) }
    if session.options.isJSON {
      let files = try differences.map { difference in
        let comparison = hasNameStatus ? nil : try reader.compare(difference)
        let json = difference.json(comparison, withText: !hasStat)
        guard case .object(let members) = json.content else { return json }
        return .object(members: members + [JSONMember("code", .boolean(try reader.isCode(difference)))])
      }
      session.console.print(
        .object([
          ("registry", .string(registry.name.description)), ("old", json(old)), ("new", json(new)),
          ("files", .array(files)),
        ])
      )
      return []
    }
    if old.id == new.id {
      session.console.note("\(old.id.abbreviated) is compared with itself: nothing differs")
    } else if differences.isEmpty, paths.isEmpty, !all.isEmpty {
      session.console.note("only manifest.json differs; --manifest shows it")
    }
    return try text(differences, reader, session.console.output)
  }

  private func isWanted(_ difference: FileDifference) -> Bool {
    let sides = [difference.old, difference.new].compactMap { $0?.path }
    if !hasManifest, sides.allSatisfy(\.isManifest) { return false }
    return paths.isEmpty
      || sides.contains { side in
        paths.contains { path in
          let folder = path.hasSuffix("/") ? path : path + "/"
          return side.description == path || side.description.utf8.starts(with: folder.utf8)
        }
      }
  }

  private func text(
    _ differences: [FileDifference],
    _ reader: RegistryReader,
    _ output: Output
  ) throws -> [UInt8] {
    let code = Set(try differences.filter(reader.isCode).map(\.path))
    if !hasNameStatus && !hasStat {
      var sections = CodeSections(for: output)
      for difference in differences {
        sections.append(difference, try reader.compare(difference), isCode: code.contains(difference.path))
      }
      return sections.bytes
    }
    let rest = try lines(differences.filter { !code.contains($0.path) }, reader)
    let ofCode = try lines(differences.filter { code.contains($0.path) }, reader)
    let all = ofCode.isEmpty ? rest : rest + [CodeSections.heading] + ofCode
    return all.flatMap { Array((output.fitted($0).rendered(inColor: output.usesColor) + "\n").utf8) }
  }

  /// The lines of `--name-status` or `--stat`.
  private func lines(_ differences: [FileDifference], _ reader: RegistryReader) throws -> [SafeText] {
    if hasNameStatus || differences.isEmpty { return differences.map(\.nameStatus) }
    return DiffStat(try differences.map { ($0, try reader.compare($0)) }).lines
  }

  private func json(_ entry: RegistryHistory.Entry) -> JSONValue {
    .object([
      ("snapshot", .string(entry.id.description)), ("version", .string(entry.snapshot.version)),
      ("manifest", .string(entry.snapshot.manifest.description)),
    ])
  }
}
