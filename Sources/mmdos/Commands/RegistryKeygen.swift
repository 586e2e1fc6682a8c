import ArgumentParser
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry keygen`.
struct RegistryKeygen: Command {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Make the project's HMAC key, or a publisher's key pair.",
    discussion: """
      Without --publisher: .ai/registry-signing-key, which authenticates the project's lockfile and stays on this \
      machine. With --publisher: an Ed25519 pair PREFIX.key and PREFIX.pub, to sign a registry with.
      """
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var approval: ApprovalOption
  @Flag(name: .customLong("publisher"), help: "Make an Ed25519 pair; needs --out, and no approval.")
  var isPublisher = false
  @Option(help: ArgumentHelp("Where the pair goes: PREFIX.key and PREFIX.pub.", valueName: "prefix"))
  var out: String?
  @Option(
    name: .customLong("key-id"),
    help: ArgumentHelp(
      "The pair's name in signatures; by default the last part of the prefix.",
      valueName: "key-id"
    )
  )
  var keyID: String?
  @Flag(name: .customLong("force"), help: "Overwrite a key that is there.") var isForced = false

  func validate() throws {
    guard isPublisher == (out != nil) else { throw ValidationError("--publisher and --out go together") }
    guard isPublisher || keyID == nil else { throw ValidationError("--key-id is for --publisher") }
  }

  func run(in session: Session) throws -> Int32 {
    if let out { return try makePair(out, session) }
    let setup = ProjectKeySetup(try session.project(), lockTimeout: session.options.lockTimeout)
    guard approval.isApproved else {
      return try preview(setup.plan(overwrites: isForced)).show(in: session)
    }
    let (plan, fingerprint) = try setup.run(overwrites: isForced)
    if session.options.isJSON {
      session.console.print(
        .object([
          ("path", .string(plan.path.string)), ("fingerprint", .string(fingerprint.description)),
          ("replaced", .boolean(plan.replaces)),
          ("gitignore", .array(plan.ignoredLines.map { .string($0) })),
        ])
      )
    } else {
      session.console.print("\(plan.replaces ? "replaced" : "wrote") \(plan.path.string) (mode 600)")
      session.console.print("  fingerprint  \(fingerprint, .id)")
      for line in plan.ignoredLines { session.console.print("  .gitignore   + \(line)") }
    }
    if plan.replaces {
      session.console.warn(
        "the lockfile's codes were made with the old key; mmdos registry lock --resign --approved"
      )
    }
    return ExitCodes.done
  }

  private func preview(_ plan: ProjectKeySetup.Plan) -> Preview {
    let words = ["mmdos", "registry", "keygen"] + global.targetWords + (isForced ? ["--force"] : [])
    let verb = plan.replaces ? "replace" : "write"
    return Preview(
      command: ShellWord.line(words + ["--approved"]),
      lines: ["would \(verb) \(plan.path.string) (mode 600)"]
        + plan.ignoredLines.map { "would add to .gitignore: \($0)" },
      json: [
        (verb, .string(plan.path.string)), ("gitignore", .array(plan.ignoredLines.map { .string($0) })),
      ]
    )
  }

  private func makePair(_ prefix: String, _ session: Session) throws -> Int32 {
    let path = session.absolute(prefix)
    let keyID = self.keyID ?? path.lastComponent?.string ?? ""
    guard ManifestSigning.isKeyID(keyID) else { throw TrustStoreProblem.badKeyID(keyID) }
    let key = Ed25519PrivateKey.generate()
    let pair = try KeyFiles(disk: session.disk).write(key, prefix: path, overwrites: isForced)
    let command = ShellWord.line([
      "mmdos", "registry", "trust", "add", keyID, "--public-key", key.publicKey.base64, "--name", keyID,
      "--fingerprint", key.publicKey.fingerprint.description, "--approved",
    ])
    if session.options.isJSON {
      session.console.print(
        .object([
          ("key_id", .string(keyID)), ("private_key", .string(pair.privateKey.string)),
          ("public_key_file", .string(pair.publicKey.string)), ("public_key", .string(key.publicKey.base64)),
          ("fingerprint", .string(key.publicKey.fingerprint.description)),
          ("trust_command", .string(command)),
        ])
      )
      return ExitCodes.done
    }
    session.console.print([
      ("key id", keyID), ("private key", "\(pair.privateKey) (mode 600, keep it secret)"),
      ("public key", pair.publicKey.string), ("one line", key.publicKey.base64),
      ("fingerprint", key.publicKey.fingerprint.description),
    ])
    session.console.print("")
    session.console.print("For those who are to trust it:")
    session.console.print("  \(command)")
    return ExitCodes.done
  }
}
