import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry import`.
struct RegistryImport: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take a registry from a file that `registry export` wrote.",
    examples: ["mmdos registry import partner.bundle", "mmdos registry import partner.bundle --approved"],
    discussion: """
      Checked like a sync from the network: the policy, the signatures, rollback, every byte. The source must be \
      configured with the address that the file's registry was synced from. No network is used.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @OptionGroup var review: ReviewOptions
  @Argument(help: "The file.", completion: .file()) var file: String
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) async throws -> Int32 {
    let project = try session.project()
    let policy = try project.readPolicy()
    let bundle = try Bundle(session.absolute(file), within: policy.limits)
    let source = try bundle.source(in: project.readSources())
    try policy.checkUse(of: source)
    guard approval.isApproved else {
      var outside = OutsideUse(project, policy, session)
      outside.add(try session.absolute(file), "the bundle")
      try outside.addAlternates()
      outside.addSharedStore()
      outside.addKeys()
      return try preview(bundle, source).adding(outside).show(in: session)
    }
    var options = SyncOptions()
    options.lockTimeout = session.options.lockTimeout
    options.expectedManifest = review.expect
    options.overrides = review.overrides
    options.sharedStore = session.sharedStore
    let view = SyncProgressView(session.console, name: source.name.description)
    defer { view.end() }
    let report: SyncReport
    do {
      report = try await SyncTransaction(
        importing: bundle,
        as: source,
        in: project,
        policy: policy,
        options: options,
        observer: { view.show($0) }
      ).run()
    } catch ReadingError.untrusted(let name, let refusal) {
      throw Failure(untrusted: name, refusal, command: ShellWord.line(words))
    }
    view.end()
    let json = report.tell(in: project, session)
    if session.options.isJSON { session.console.print(json) }
    return ExitCodes.done
  }

  /// The command as it was typed.
  private var words: [String] { ["mmdos", "registry", "import", file] + review.words }

  private func preview(_ bundle: Bundle, _ source: Source) -> Preview {
    let newest = bundle.newest
    return Preview(
      command: ShellWord.line(words + ["--approved"]),
      lines: [
        "would import \(SafeText(source.name.description)) from \(SafeText(file))",
        "  source       \(SafeText(newest.source))",
        "  version      \(SafeText(newest.version)), generated \(SafeText(newest.generatedAt))",
        "  manifest     \(newest.manifest)",
        "  history      \(Quantity.count(bundle.header.snapshots.count, "snapshot"))",
        "  objects      \(bundle.objectCount), each checked against its id",
        "  signatures   judged as in a sync, by this project's keys and policy",
        "  write        .ai/registry-cache/ (objects, refs, and the view \(SafeText(source.name.description))/)",
        "  write        .ai/registry-lock.json (its entry)",
      ],
      json: [
        ("import", .string(source.name.description)), ("url", .string(newest.source)),
        ("version", .string(newest.version)), ("manifest", .string(newest.manifest.description)),
        ("snapshots", .number(bundle.header.snapshots.count)), ("objects", .number(bundle.objectCount)),
      ]
    )
  }
}
