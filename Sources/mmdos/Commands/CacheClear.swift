import ArgumentParser
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry cache clear`.
struct CacheClear: Command {
  static let configuration = CommandConfiguration(
    commandName: "clear",
    abstract: "Remove cached data: all of it, one registry's, or what nothing leads to.",
    examples: [
      "mmdos registry cache clear --unreachable", "mmdos registry cache clear partner --keep 3 --approved",
    ],
    discussion: """
      Waits until nobody uses the cache. Installed plugins, the lockfile and what it remembers against \
      rollbacks stay. Without NAME and flags everything goes. --unreachable applies keep_snapshots and \
      keep_days of the policy; --keep and --older-than stand in for both. A snapshot in use, synced or pinned \
      is never trimmed.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(help: "Clear this registry only; with --keep or --older-than trim its history only.")
  var name: String?
  @Flag(help: "Remove only what nothing leads to.") var unreachable = false
  @Option(help: ArgumentHelp("Trim history: keep this many snapshots of a registry.", valueName: "count"))
  var keep: Int?
  @Option(
    help: ArgumentHelp("Trim history: keep what was synced within this time, such as 30d.", valueName: "age")
  )
  var olderThan: String?
  @Flag(help: "Collect the garbage of the shared store, not of this project's cache.") var shared = false
  @Flag(name: .customLong("dry-run"), help: "Show what would be removed, and remove nothing.")
  var isDryRun = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if let keep, !(1...1_000_000).contains(keep) {
      throw ValidationError("--keep takes a number of at least 1")
    }
    if let olderThan, age == nil {
      throw ValidationError("--older-than takes a time such as 30d, not '\(olderThan)'")
    }
    if unreachable && name != nil && !isTrimming {
      throw ValidationError("--unreachable is about the whole cache: give no name, or --keep or --older-than")
    }
    if shared && (name != nil || isTrimming) {
      throw ValidationError("--shared takes neither a name nor --keep nor --older-than")
    }
    if isDryRun && approval.isApproved {
      throw ValidationError("--dry-run and --approved exclude each other")
    }
  }

  private var age: Duration? { olderThan.flatMap(DurationText.parse) }
  private var isTrimming: Bool { keep != nil || olderThan != nil }

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let clearing = try makeClearing(project, session)
    guard approval.isApproved else { return try preview(clearing, project, session) }
    guard let report = try clearing.run() else { return try reportNothing(project, session) }
    CacheClearText(report, isDone: true, isDryRun: false).print(to: session)
    return ExitCodes.done
  }

  private func makeClearing(_ project: Project, _ session: Session) throws -> CacheClearing {
    let console = session.console
    let policy = try project.readPolicy()
    let onWait: @Sendable () -> Void = { console.note("waiting for another mmdos to finish") }
    let timeout = session.options.lockTimeout
    if shared {
      guard let path = SharedStore.path(session.sharedStore, policy, project) else {
        throw SharingError.noSharedStore(
          nil,
          unlisted: SharedStore.unlisted(session.sharedStore, policy, project)
        )
      }
      return CacheClearing(sharedStore: path, disk: session.disk, lockTimeout: timeout, onWait: onWait)
    }
    return try CacheClearing(project, scope(project, policy), lockTimeout: timeout, onWait: onWait)
  }

  private func scope(_ project: Project, _ policy: Policy) throws -> CacheClearing.Scope {
    let registry = try name.map { try registryName($0, project) }
    if isTrimming { return .unreachable(registry, Retention(snapshots: keep, age: age)) }
    if unreachable { return .unreachable(nil, Retention(policy)) }
    return registry.map { .registry($0) } ?? .everything
  }

  /// Checks the name of a registry that is configured or still has data in the cache.
  private func registryName(_ argument: String, _ project: Project) throws -> RegistryName {
    let listed = try RegistryName(argument: argument)
    if try CacheClearing.isCached(listed, in: project) { return listed }
    return try project.source(argument).name
  }

  private func preview(_ clearing: CacheClearing, _ project: Project, _ session: Session) throws -> Int32 {
    let report = try clearing.preview()
    if isDryRun {
      guard let report else { return try reportNothing(project, session) }
      CacheClearText(report, isDone: false, isDryRun: true).print(to: session)
      return ExitCodes.done
    }
    guard let report else { return try reportNothing(project, session) }
    guard report != .init() else {
      CacheClearText(report, isDone: true, isDryRun: false).print(to: session)
      return ExitCodes.done
    }
    let text = CacheClearText(report, isDone: false, isDryRun: false)
    var outside = OutsideUse(project, try project.readPolicy(), session)
    if shared { outside.addSharedStore() }
    return try Preview(
      command: ShellWord.line(["mmdos", "registry", "cache", "clear"] + words + ["--approved"]),
      lines: text.lines,
      json: text.members
    ).adding(outside).show(in: session)
  }

  private var words: [String] {
    (name.map { [$0] } ?? []) + (unreachable ? ["--unreachable"] : [])
      + (keep.map { ["--keep", "\($0)"] } ?? []) + (olderThan.map { ["--older-than", $0] } ?? [])
      + (shared ? ["--shared"] : [])
  }

  private func reportNothing(_ project: Project, _ session: Session) throws -> Int32 {
    if shared {
      let policy = try project.readPolicy()
      throw SharingError.noSharedStore(SharedStore.path(session.sharedStore, policy, project), unlisted: nil)
    }
    if session.options.isJSON {
      CacheClearText(.init(), isDone: true, isDryRun: isDryRun).print(to: session)
    } else {
      session.console.print("no cache yet: nothing to clear")
    }
    return ExitCodes.done
  }
}

/// The text about what a clear removed or would remove.
struct CacheClearText {
  private let report: CacheClearing.Report
  private let isDone: Bool
  private let isDryRun: Bool

  init(_ report: CacheClearing.Report, isDone: Bool, isDryRun: Bool) {
    self.report = report
    self.isDone = isDone
    self.isDryRun = isDryRun
  }

  func print(to session: Session) {
    if session.options.isJSON {
      session.console.print(.object(members))
    } else {
      for line in lines { session.console.print(line) }
    }
  }

  var lines: [SafeText] {
    var lines: [SafeText] = []
    let (clear, trim, remove) =
      isDone ? ("cleared", "trimmed", "removed") : ("would clear", "would trim", "would remove")
    for name in report.registries { lines.append("\(clear) \(SafeText(name.description))") }
    for (name, count) in report.trimmed.sorted(by: { $0.key < $1.key }) {
      lines.append("\(trim) \(SafeText(name.description)) by \(Quantity.count(count, "snapshot"))")
    }
    guard report != .init() else { return ["nothing to remove"] }
    lines.append(
      "\(remove) \(Quantity.count(report.objectCount, "object")) (\(Quantity.bytes(report.objectBytes))) and "
        + "\(Quantity.count(report.fileCount, "other file")): \(Quantity.bytes(report.bytes)) "
        + (isDone ? "freed" : "to be freed")
    )
    return lines
  }

  var members: [(String, JSONValue)] {
    [
      ("registries", .array(report.registries.map { .string($0.description) })),
      (
        "trimmed",
        .array(
          report.trimmed.sorted { $0.key < $1.key }.map { name, count in
            .object([("registry", .string(name.description)), ("snapshots", .number(count))])
          }
        )
      ),
      ("objects", .number(report.objectCount)), ("object_bytes", .number(report.objectBytes)),
      ("other_files", .number(report.fileCount)), ("bytes", .number(report.bytes)),
      ("dry_run", .boolean(isDryRun)),
    ]
  }
}
