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
    examples: ["mmdos registry keygen --publisher --out keys/acme-2026", "mmdos registry keygen --approved"],
    discussion: """
      Without --publisher: .ai/registry-signing-key, which authenticates the project's lockfile and is never \
      committed. With --import the key that a colleague made is taken over. With --publisher: an Ed25519 pair \
      PREFIX.key and PREFIX.pub, to sign a registry with.
      """
  )

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
  @Option(
    name: .customLong("import"),
    help: ArgumentHelp("Take over the key in FILE, mode 600, or from the input with -.", valueName: "file")
  )
  var imported: String?
  @Flag(name: .customLong("force"), help: "Overwrite a key that is there.") var isForced = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard isPublisher == (out != nil) else { throw ValidationError("--publisher and --out go together") }
    guard !isPublisher || imported == nil else {
      throw ValidationError("--import is for the project's key, not for --publisher")
    }
    guard isPublisher || keyID == nil else { throw ValidationError("--key-id is for --publisher") }
  }

  func run(in session: Session) throws -> Int32 {
    if let out { return try makePair(out, session) }
    let setup = ProjectKeySetup(try session.project(), lockTimeout: session.options.lockTimeout)
    let key = try imported.map { try readKey($0, session) }
    let isOverridden = try session.signingKeyFile() != nil
    guard approval.isApproved else {
      let plan = try setup.plan(overwrites: isForced, importing: key)
      if plan.isThere, plan.ignoredLines.isEmpty { return showNothing(plan, session) }
      return try preview(plan).show(in: session)
    }
    let (plan, fingerprint) = try setup.run(overwrites: isForced, importing: key)
    if session.options.isJSON {
      session.console.print(
        .object([
          ("path", .string(plan.path.string)), ("fingerprint", .string(fingerprint.description)),
          ("replaced", .boolean(plan.replaces)), ("imported", .boolean(plan.imported != nil)),
          ("entries_to_adopt", .number(plan.entriesToAdopt)),
          ("gitignore", .array(plan.ignoredLines.map { .string($0) })),
        ])
      )
    } else {
      session.console.print("\(plan.replaces ? "replaced" : "wrote") \(plan.path.string) (mode 600)")
      session.console.print("  fingerprint  \(fingerprint, .id)")
      for line in plan.ignoredLines { session.console.print("  .gitignore   + \(line)") }
    }
    if plan.entriesToAdopt > 0 {
      let entries = Quantity.count(plan.entriesToAdopt, "entry has", "entries have")
      session.console.warn(
        "\(entries) no codes of this key and will be refused; mmdos registry lock --resign shows what it would adopt"
      )
    }
    if isOverridden {
      session.console.warn("MMDOS_SIGNING_KEY_FILE names another file, whose key is used instead")
    }
    return ExitCodes.done
  }

  private func readKey(_ argument: String, _ session: Session) throws -> ProjectKey {
    if argument == "-" { return try ProjectKey.read(.standardInput, calledAs: "-") }
    return try ProjectKey.read(session.absolute(argument))
  }

  private func showNothing(_ plan: ProjectKeySetup.Plan, _ session: Session) -> Int32 {
    session.console.note("\(plan.path.string) is that key already")
    return ExitCodes.done
  }

  private func preview(_ plan: ProjectKeySetup.Plan) -> Preview {
    let words =
      ["mmdos", "registry", "keygen"] + global.targetWords + (isForced ? ["--force"] : [])
      + (imported.map { ["--import", $0] } ?? [])
    let verb = plan.replaces ? "replace" : "write"
    return Preview(
      command: ShellWord.line(words + ["--approved"]),
      lines: ["would \(verb) \(plan.path.string) (mode 600)"]
        + (plan.imported.map { ["  fingerprint  \($0, .id)"] } ?? [])
        + (plan.entriesToAdopt > 0 ? [adoption(plan.entriesToAdopt)] : [])
        + plan.ignoredLines.map { "would add to .gitignore: \($0)" },
      json: [
        (verb, .string(plan.path.string)), ("fingerprint", .string(orNull: plan.imported?.description)),
        ("entries_to_adopt", .number(plan.entriesToAdopt)),
        ("gitignore", .array(plan.ignoredLines.map { .string($0) })),
      ]
    )
  }

  private func adoption(_ count: Int) -> SafeText {
    let entries = Quantity.count(count, "lock entry", "lock entries")
    return "  afterwards \(entries) must be adopted with mmdos registry lock --resign"
  }

  private func makePair(_ prefix: String, _ session: Session) throws -> Int32 {
    let path = try session.absolute(prefix)
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
