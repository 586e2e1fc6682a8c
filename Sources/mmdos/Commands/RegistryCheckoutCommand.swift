import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos registry checkout`.
struct RegistryCheckoutCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "checkout",
    abstract: "Put another snapshot of a registry in use, and pin it.",
    examples: [
      "mmdos registry checkout partner v1.0.0", "mmdos registry checkout partner latest --approved",
    ],
    discussion: """
      While a registry is pinned, a sync fetches what is new but does not switch to it. `latest` unpins and \
      switches to the newest. Nothing is requested.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @Argument(
    help: "The snapshot: an id, latest, current, ~N, @{N}, or v and a version.",
    completion: Completion.revision
  )
  var revision: String?
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let (source, rest) = try project.source(orOnlyBefore: [name, revision].compactMap(\.self))
    guard let wanted = rest.first else {
      throw Failure(
        ExitCodes.usage,
        "usage",
        "which snapshot?",
        hint: "mmdos registry log \(source.name) lists them, mmdos help revisions the forms"
      )
    }
    return try Checkout(revision: wanted, isPinning: wanted != "latest", isApproved: approval.isApproved)
      .run("checkout", session.open(source, of: project), in: session)
  }
}

/// The command `mmdos registry pin`.
struct RegistryPin: Command {
  static let configuration = CommandConfiguration(
    commandName: "pin",
    abstract: "Pin a registry to the snapshot in use, or to another one.",
    examples: ["mmdos registry pin partner --approved"],
    discussion: "While it is pinned, a sync fetches what is new but does not switch to it."
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @Argument(help: "The snapshot, if not the one in use.", completion: Completion.revision)
  var revision: String?
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let (source, rest) = try project.source(orOnlyBefore: [name, revision].compactMap(\.self))
    return try Checkout(revision: rest.first, isPinning: true, isApproved: approval.isApproved)
      .run("pin", session.open(source, of: project), in: session)
  }
}

/// The command `mmdos registry unpin`.
struct RegistryUnpin: Command {
  static let configuration = CommandConfiguration(
    commandName: "unpin",
    abstract: "Drop the pin of a registry, and nothing else.",
    examples: ["mmdos registry unpin partner --approved"],
    discussion: "What is in use stays in use until the next sync, which switches to the newest."
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let source = try project.source(orOnly: name)
    let name = source.name.description
    let entry = try project.readRecords().entry(of: source.name)
    guard let entry else { throw ReadingError.neverSynced(source.name) }
    guard approval.isApproved || !entry.isPinned else {
      return try Preview(
        command: ShellWord.line(["mmdos", "registry", "unpin", name, "--approved"]),
        lines: [
          "would unpin \(SafeText(name)); what is in use stays in use until the next sync",
          "  write  .ai/registry-lock.json (its entry)",
        ],
        json: [("unpin", .string(source.name.description))]
      ).show(in: session)
    }
    // Without a pin nothing would be written, so no approval is needed.
    let wasPinned =
      try entry.isPinned
      && RegistryCheckout.unpin(
        source,
        in: project,
        policy: project.readPolicy(),
        lockTimeout: session.options.lockTimeout
      )
    if session.options.isJSON {
      session.console.print(
        .object([
          ("registry", .string(source.name.description)), ("pinned", .boolean(false)),
          ("was_pinned", .boolean(wasPinned)),
        ])
      )
    } else {
      session.console.print("\(SafeText(name)): \(wasPinned ? "no longer pinned" : "was not pinned")")
    }
    return ExitCodes.done
  }
}

/// The common part of `checkout` and `pin`.
private struct Checkout {
  let revision: String?
  let isPinning: Bool
  let isApproved: Bool

  func run(_ verb: String, _ registry: OpenRegistry, in session: Session) throws -> Int32 {
    let checkout = RegistryCheckout(registry)
    guard isApproved else {
      var outside = OutsideUse(registry.project, registry.policy, session)
      try outside.addAlternates()
      outside.addKeys()
      let report = try checkout.preview(revision, pinning: isPinning)
      let text = CheckoutText(report, isVerbose: session.options.isVerbose)
      guard report.isChanging else {
        text.print(in: session)
        return ExitCodes.done
      }
      let words = [verb, registry.name.description] + (revision.map { [$0] } ?? [])
      return try Preview(
        command: ShellWord.line(["mmdos", "registry"] + words + ["--approved"]),
        lines: text.preview,
        json: text.json
      ).adding(outside).show(in: session)
    }
    CheckoutText(try checkout.run(revision, pinning: isPinning), isVerbose: session.options.isVerbose)
      .print(in: session)
    return ExitCodes.done
  }
}
