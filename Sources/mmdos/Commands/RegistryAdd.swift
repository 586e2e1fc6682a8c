import ArgumentParser
import Disk
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry add`.
struct RegistryAdd: Command {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Configure a registry: an https address, or a folder on this machine.",
    examples: [
      "mmdos registry add partner https://registry.example/tools/ --approved",
      "mmdos registry add drafts ../our-registry --trust-level trusted --approved",
    ],
    discussion: """
      Nothing is requested; 'registry sync' does that. A name is never replaced; 'registry set' changes what stands \
      in sources.yaml. A folder that is typed as a relative path is written relative to the project, so that a clone \
      elsewhere finds it beside itself. The trust level decides whether plugins may be installed: trusted ones are, \
      those of community and untrusted registries only with allow_untrusted_install: true in the policy.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(help: "A name of your choice.") var name: String
  @Argument(help: "https://host/path/catalog.yaml, https://host/path/, or a folder.") var url: String
  @Option(name: .customLong("trust-level"), help: "trusted, community or untrusted.")
  var trustLevel: Source.TrustLevel = .community
  @Flag(name: .customLong("require-signature"), help: "Refuse it unsigned, whatever the policy says.")
  var requiresSignature = false
  @Option(name: .customLong("signer"), help: "Let only this key's signatures count; may be repeated.")
  var signers: [String] = []
  @Option(
    name: .customLong("mirror"),
    help: ArgumentHelp("An https address to ask where URL fails; may be repeated.", valueName: "url")
  )
  var mirrors: [String] = []
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let policy = try project.readPolicy()
    let source = Source(
      name: try RegistryName(argument: name),
      location: try LocationArgument(url, in: session).location(in: project, policy),
      trustLevel: trustLevel,
      isSignatureRequired: requiresSignature,
      signers: signers,
      mirrors: try mirrors.map { try RegistryURL($0, allowedBy: policy) }
    )
    let editing = SourceEditing(project, lockTimeout: session.options.lockTimeout)
    try editing.check(source, policy: policy)
    guard approval.isApproved else { return try preview(source, policy).show(in: session) }
    let warnings = try editing.add(source, policy: policy)
    if session.options.isJSON {
      session.console.print(
        .object([("added", .string(source.name.description)), ("url", .string(source.location.text))])
      )
    } else {
      session.console.print("added \(SafeText(source.name.description)): \(SafeText(source.location.text))")
      session.console.note("next: mmdos registry sync \(source.name)")
    }
    for warning in warnings { session.console.warn(warning.words) }
    return ExitCodes.done
  }

  private func preview(_ source: Source, _ policy: Policy) -> Preview {
    var words = ["mmdos", "registry", "add", name, url, "--approved"]
    if trustLevel != .community { words += ["--trust-level", trustLevel.rawValue] }
    if requiresSignature { words.append("--require-signature") }
    words += signers.flatMap { ["--signer", $0] } + mirrors.flatMap { ["--mirror", $0] }
    return Preview(
      command: ShellWord.line(words),
      lines: [
        "would add to .ai/registries/sources.yaml:", "  name         \(SafeText(source.name.description))",
        "  type         \(source.location.typeName)", "  url          \(SafeText(source.location.text))",
      ] + source.mirrors.map { "  mirror       \(SafeText($0.description))" } + [
        "  trust level  \(source.trustLevel.rawValue)",
        "  signature    \(source.isSignatureRequired ? "required" : "as the policy says")",
        "  signers      \(SafeText(signers.isEmpty ? "any active key of the trust store" : signers.joined(separator: ", ")))",
        "",
      ] + source.trustLevel.choice(policy),
      json: [
        ("add", .string(source.name.description)), ("type", .string(source.location.typeName)),
        ("url", .string(source.location.text)), ("trust_level", .string(source.trustLevel.rawValue)),
        ("signature_required", .boolean(source.isSignatureRequired)),
        ("signers", .array(signers.map { .string($0) })), ("mirrors", source.mirrors.json),
        (
          "trust_levels",
          .object(Source.TrustLevel.allCases.map { ($0.rawValue, .string($0.words(policy))) })
        ),
      ]
    )
  }
}

extension Source.TrustLevel: ExpressibleByArgument {}
