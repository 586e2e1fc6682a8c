import ArgumentParser
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry publish`.
struct RegistryPublish: Command {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Check a folder by the rules of a sync, write its manifest.json and sign it.",
    examples: [
      "mmdos registry publish registry --check",
      "mmdos registry publish registry --version 1.1.0 --key acme.key --key-id acme",
    ],
    discussion: """
      Writes manifest.json in the folder you name, beside it releases/, so that clients who locked an older \
      release can still sync it, and packs, from which many files are had at once. All mistakes are named in one run. The first time --name, \
      --publisher and --version are needed; later the manifest keeps them, and a newer --version is. --check \
      writes nothing and needs no key. --add-signature changes nothing but the signatures of the manifest that is \
      there. .mmdosignore says what is not published, in the syntax of .gitignore; what belongs to version \
      control is left out without it.
      """
  )

  @OptionGroup var signing: SigningOptions
  @Argument(help: "The folder with catalog.yaml.", completion: .directory) var folder: String
  @Option(help: "The registry's own name.") var name: String?
  @Option(help: "Who publishes it.") var publisher: String?
  @Option(
    name: .customLong("version"),
    help: ArgumentHelp("The version of the content, such as 1.2.0.", valueName: "version")
  )
  var registryVersion: String?
  @Option(
    name: .customLong("expires-at"),
    help: ArgumentHelp(
      "Let clients refuse it from then on: RFC 3339, or 'never'; kept for later versions.",
      valueName: "time"
    )
  )
  var expiresAt: String?
  @Flag(
    name: .customLong("allow-same-version"),
    help: "Write a manifest of the version that is there already."
  )
  var allowsSameVersion = false

  @Option(
    name: .customLong("keep"),
    help: ArgumentHelp(
      "How many releases stay in releases/, the new one included; without it all.",
      valueName: "n"
    )
  )
  var keptReleases: Int?
  @Flag(
    name: .customLong("no-packs"),
    help: "Make no packs and remove those that are there; clients who locked an older release may miss files."
  )
  var hasNoPacks = false
  @Flag(name: .customLong("check"), help: "Write nothing; say what would be published and what is wrong.")
  var isCheck = false
  @Flag(
    name: .customLong("allow-unsigned"),
    help: "Replace a signed manifest by one without a signature."
  )
  var allowsUnsigned = false
  @Flag(
    name: .customLong("allow-findings"),
    help: "Publish what the content audit finds critical, which clients do not take by default."
  )
  var allowsFindings = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard !isCheck || !signing.isAdded else {
      throw ValidationError("give --check or --add-signature, not both")
    }
    guard (keptReleases ?? 1) > 0 else { throw ValidationError("--keep takes 1 or more") }
    let changes =
      [name, publisher, registryVersion, expiresAt].contains { $0 != nil } || allowsSameVersion
      || keptReleases != nil || hasNoPacks
    guard !signing.isAdded || !changes else {
      throw ValidationError("--add-signature changes nothing else of the manifest")
    }
  }

  func run(in session: Session) throws -> Int32 {
    let work = try Publisher(
      session.absolute(folder),
      policy: session.findPolicy() ?? Policy(),
      disk: session.disk
    )
    let report: Publisher.Report
    if isCheck {
      report = try work.check(fields)
    } else if signing.isAdded, let key = try signing.findKey(session) {
      report = try work.addSignature(key, allowFindings: allowsFindings)
    } else {
      let key = try signing.findKey(session)
      report = try work.publish(fields, signedWith: key)
    }
    if session.options.isJSON {
      session.console.print(json(report))
    } else {
      print(report, session.console)
    }
    for warning in report.warnings { session.console.warn(warning.words) }
    return ExitCodes.done
  }

  private var fields: Publisher.Fields {
    var fields = Publisher.Fields()
    fields.registryName = name
    fields.publisher = publisher
    fields.version = registryVersion
    fields.expiresAt = expiresAt
    fields.allowSameVersion = allowsSameVersion
    fields.allowUnsigned = allowsUnsigned
    fields.allowFindings = allowsFindings
    fields.keptReleases = keptReleases
    fields.offersPacks = !hasNoPacks
    return fields
  }

  private func print(_ report: Publisher.Report, _ console: Console) {
    let verb = isCheck ? "would publish" : signing.isAdded ? "signed" : "published"
    let name: SafeText = report.registryName.map { "\($0)" } ?? "a registry without a name yet"
    let version: SafeText = report.version.map { " \($0)" } ?? ""
    console.print(
      "\(verb) \(name)\(version): "
        + "\(Quantity.count(report.pluginCount, "plugin")), \(Quantity.count(report.fileCount, "file")), "
        + "\(Quantity.bytes(report.byteCount))"
    )
    console.print("  \(report.path.string)")
    if let manifest = report.manifest { console.print("  manifest \(manifest, .id)") }
    if report.releaseCount > 1 {
      console.print("  \(report.releaseCount) releases stay for clients who locked them")
    }
    if !report.packs.isEmpty {
      let bytes = report.packs.reduce(0) { $0 + $1.bytes }
      console.print("  \(Quantity.count(report.packs.count, "pack")), \(Quantity.bytes(bytes))")
    }
    if let expiry = report.expiresAt { console.print("  expires \(expiry.description)") }
    if report.signatures.isEmpty, !isCheck {
      console.print("  \("unsigned", .warning): clients refuse unsigned remote registries by default")
    }
    for block in report.signatures {
      let place = isCheck ? "signed so far, so a publish needs --key:" : "signature"
      console.print("  \(place) \(block.algorithm.rawValue) \(block.keyID)")
    }
    if let signer = report.signer {
      console.print("  fingerprint of \(signer.keyID): \(signer.fingerprint, .id)")
    }
    printLeftOut(report.leftOut, console)
  }

  /// Names what is not published, and why; all of it where that is asked for.
  private func printLeftOut(_ leftOut: [LeftOut], _ console: Console) {
    guard !leftOut.isEmpty else { return }
    let names = leftOut.prefix(3).map(\.path).joined(separator: ", ")
    guard isCheck || global.isVerbose else {
      let more = leftOut.count > 3 ? ", ..." : ""
      console.print("  left out: \(leftOut.count) (\(names)\(more)); --verbose lists them")
      return
    }
    console.print("  left out: \(leftOut.count)")
    for item in leftOut { console.print("    \(item.path): \(item.reason.words)") }
  }

  private func json(_ report: Publisher.Report) -> JSONValue {
    .object([
      ("registry_name", .string(orNull: report.registryName)),
      ("version", .string(orNull: report.version?.description)),
      ("expires_at", .string(orNull: report.expiresAt?.description)),
      ("files", .number(report.fileCount)), ("bytes", .number(report.byteCount)),
      ("plugins", .number(report.pluginCount)), ("written", .boolean(report.manifest != nil)),
      ("manifest", .string(orNull: report.manifest?.description)), ("path", .string(report.path.string)),
      ("releases", .number(report.releaseCount)), ("packs", .number(report.packs.count)),
      ("pack_bytes", .number(report.packs.reduce(0) { $0 + $1.bytes })),
      ("signer", report.signer?.json ?? .null),
      ("signatures", .array(report.signatures.map(Self.json))),
      (
        "left_out",
        .array(
          report.leftOut.map { .object([("path", .string($0.path)), ("why", .string($0.reason.words))]) }
        )
      ), ("warnings", .array(report.warnings.map { .string($0.words) })),
    ])
  }

  private static func json(_ block: SignatureBlock) -> JSONValue {
    .object([
      ("algorithm", .string(block.algorithm.rawValue)), ("key_id", .string(block.keyID)),
      ("signed_fields", .array(block.signedFields.map { .string($0) })),
    ])
  }
}

/// The options for the key that a manifest is signed with.
struct SigningOptions: ParsableArguments {
  @Option(
    name: .customLong("key"),
    help: ArgumentHelp("Sign with this Ed25519 key: PKCS#8 in PEM, mode 600.", valueName: "file")
  )
  var file: String?
  @Flag(
    name: .customLong("hmac"),
    help: "Sign with the project's own key, for registries that nobody else reads."
  )
  var usesProjectKey = false
  @Option(
    name: .customLong("key-id"),
    help: ArgumentHelp("The key's name in the readers' trust stores.", valueName: "key-id")
  )
  var keyID: String?
  @Flag(name: .customLong("add-signature"), help: "Add a signature to the manifest that is there.")
  var isAdded = false

  private var signs: Bool { file != nil || usesProjectKey }

  func validate() throws {
    guard file == nil || !usesProjectKey else {
      throw ValidationError("give --key or --hmac; sign twice for both")
    }
    guard signs == (keyID != nil) else { throw ValidationError("--key or --hmac go with --key-id") }
    guard signs || !isAdded else {
      throw ValidationError("--add-signature needs --key or --hmac, and --key-id")
    }
  }

  /// Reads the key.
  func findKey(_ session: Session) throws -> Publisher.NamedKey? {
    guard let keyID else { return nil }
    if let file {
      let key = try KeyFiles.readPrivateKey(session.absolute(file))
      return Publisher.NamedKey(.publisher(key), keyID: keyID)
    }
    guard let key = try session.project().readProjectKey() else { throw ProjectError.noProjectKey }
    return Publisher.NamedKey(.project(key), keyID: keyID)
  }
}
