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
    discussion: "Nothing is requested; 'registry sync' does that. A name is never replaced."
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Argument(help: "A name of your choice.") var name: String
  @Argument(help: "https://host/path/catalog.yaml, https://host/path/, or a folder.") var url: String
  @Option(name: .customLong("trust-level"), help: "trusted, community or untrusted.")
  var trustLevel: Source.TrustLevel = .community
  @Flag(name: .customLong("require-signature"), help: "Refuse it unsigned, whatever the policy says.")
  var requiresSignature = false
  @Option(name: .customLong("signer"), help: "Let only this key's signatures count; may be repeated.")
  var signers: [String] = []

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let policy = try project.readPolicy()
    let source = Source(
      name: try RegistryName(argument: name),
      location: try location(policy, session),
      trustLevel: trustLevel,
      isSignatureRequired: requiresSignature,
      signers: signers
    )
    let editing = SourceEditing(project, lockTimeout: session.options.lockTimeout)
    try editing.check(source, policy: policy)
    guard approval.isApproved else { return try preview(source).show(in: session) }
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

  /// A web address where the text has a scheme, else a folder.
  private func location(_ policy: Policy, _ session: Session) throws -> Source.Location {
    guard url.contains("://") else {
      let path = session.absolute(url).lexicallyNormalized()
      // What is not there and looks like an address with a login or a token is one, with its scheme forgotten.
      guard !url.mayHoldSecret || (try? Folder.open(path)) != nil else {
        throw SyncError.invalidURL(url, .notAbsolute)
      }
      return .folder(path.string)
    }
    do {
      return .web(try RegistryURL(parsing: url, allowHTTPLocalhost: policy.allowHTTPLocalhost))
    } catch {
      throw SyncError.invalidURL(url, error)
    }
  }

  private func preview(_ source: Source) -> Preview {
    var words = ["mmdos", "registry", "add", name, url, "--approved"]
    if trustLevel != .community { words += ["--trust-level", trustLevel.rawValue] }
    if requiresSignature { words.append("--require-signature") }
    words += signers.flatMap { ["--signer", $0] }
    return Preview(
      command: ShellWord.line(words),
      lines: [
        "would add to .ai/registries/sources.yaml:", "  name         \(SafeText(source.name.description))",
        "  type         \(source.location.typeName)", "  url          \(SafeText(source.location.text))",
        "  trust level  \(source.trustLevel.rawValue)",
        "  signature    \(source.isSignatureRequired ? "required" : "as the policy says")",
      ],
      json: [
        ("add", .string(source.name.description)), ("type", .string(source.location.typeName)),
        ("url", .string(source.location.text)), ("trust_level", .string(source.trustLevel.rawValue)),
        ("signature_required", .boolean(source.isSignatureRequired)),
      ]
    )
  }
}

extension Source.TrustLevel: ExpressibleByArgument {}
