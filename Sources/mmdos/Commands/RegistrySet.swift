import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos registry set`.
struct RegistrySet: Command {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change what sources.yaml says of a registry.",
    examples: [
      "mmdos registry set partner --trust-level trusted --approved",
      "mmdos registry set partner --enabled false --approved",
    ],
    discussion: """
      Comments, order and everything else in the file stay. What is remembered of the registry stays too: pin, \
      highest version, signers. --signer replaces the list of keys; --any-signer removes it. --mirror replaces the list of mirrors; --no-mirror \
      removes it.
      """
  )

  /// A yes or no as it stands in the file.
  enum Choice: String, CaseIterable, ExpressibleByArgument {
    case yes = "true"
    case no = "false"
  }

  @OptionGroup var approval: ApprovalOption
  @Argument(help: "The registry's name.", completion: Completion.registry) var name: String
  @Option(help: ArgumentHelp("A new https address or folder.", valueName: "url")) var url: String?
  @Option(
    name: .customLong("trust-level"),
    help: ArgumentHelp("trusted, community or untrusted.", valueName: "level")
  )
  var trustLevel: Source.TrustLevel?
  @Option(name: .customLong("enabled"), help: ArgumentHelp("true or false.", valueName: "flag"))
  var enabled: Choice?
  @Option(
    name: .customLong("signature-required"),
    help: ArgumentHelp("true or false: refuse it unsigned, whatever the policy says.", valueName: "flag")
  )
  var signatureRequired: Choice?
  @Option(
    name: .customLong("signer"),
    help: ArgumentHelp("Let only this key's signatures count; may be repeated.", valueName: "key_id")
  )
  var signers: [String] = []
  @Flag(name: .customLong("any-signer"), help: "Let every active key of the trust store count.")
  var isAnySigner = false
  @Option(
    name: .customLong("mirror"),
    help: ArgumentHelp(
      "An https address to ask where the registry's own fails; may be repeated.",
      valueName: "url"
    )
  )
  var mirrors: [String] = []
  @Flag(name: .customLong("no-mirror"), help: "Ask the registry's own url only.") var isWithoutMirror = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard signers.isEmpty || !isAnySigner else {
      throw ValidationError("give --signer or --any-signer, not both")
    }
    guard mirrors.isEmpty || !isWithoutMirror else {
      throw ValidationError("give --mirror or --no-mirror, not both")
    }
    let isEmpty =
      url == nil && trustLevel == nil && enabled == nil && signatureRequired == nil && signers.isEmpty
      && !isAnySigner && mirrors.isEmpty && !isWithoutMirror
    guard !isEmpty else {
      throw ValidationError(
        "give --url, --trust-level, --enabled, --signature-required, --signer, --any-signer, --mirror or --no-mirror"
      )
    }
  }

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let policy = try project.readPolicy()
    guard name != RegistryName.bundled.description || url == nil else { throw PolicyRefusal.bundledSource }
    let change = try change(project, policy, session)
    let editing = SourceEditing(project, lockTimeout: session.options.lockTimeout)
    let plan = try editing.plan(change, of: name, policy: policy)
    // try?: it only matters whether the keys are known; what uses them reports a trust store that does not parse.
    let text = SourceChangeText(plan, policy, trustStore: try? project.readTrustStore(policy: policy))
    guard plan.old != plan.new else {
      session.console.note("nothing to change: '\(name)' is set so already")
      if session.options.isJSON { session.console.print(text.json(isDone: false)) }
      return ExitCodes.done
    }
    guard approval.isApproved else { return try text.preview(words).show(in: session) }
    _ = try editing.change(name, change, policy: policy)
    if session.options.isJSON {
      session.console.print(text.json(isDone: true))
    } else {
      session.console.print("changed \(SafeText(name)):")
      for line in text.changeLines + text.consequenceLines { session.console.print(line) }
    }
    return ExitCodes.done
  }

  private func change(_ project: Project, _ policy: Policy, _ session: Session) throws -> SourceChange {
    var change = SourceChange()
    change.location = try url.map { try LocationArgument($0, in: session).location(in: project, policy) }
    change.trustLevel = trustLevel
    change.isEnabled = enabled.map { $0 == .yes }
    change.isSignatureRequired = signatureRequired.map { $0 == .yes }
    change.signers = isAnySigner ? [] : signers.isEmpty ? nil : signers
    let urls = try mirrors.map { try RegistryURL($0, allowedBy: policy) }
    change.mirrors = isWithoutMirror ? [] : urls.isEmpty ? nil : urls
    return change
  }

  private var words: [String] {
    var words = ["mmdos", "registry", "set", name]
    if let url { words += ["--url", url] }
    if let trustLevel { words += ["--trust-level", trustLevel.rawValue] }
    if let enabled { words += ["--enabled", enabled.rawValue] }
    if let signatureRequired { words += ["--signature-required", signatureRequired.rawValue] }
    words += signers.flatMap { ["--signer", $0] }
    if isAnySigner { words.append("--any-signer") }
    words += mirrors.flatMap { ["--mirror", $0] }
    return words + (isWithoutMirror ? ["--no-mirror"] : []) + ["--approved"]
  }
}
