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
    discussion: """
      Writes only manifest.json in the folder you name. The first time --name, --publisher and --version are \
      needed; later the manifest keeps them, and a newer --version is. --add-signature changes nothing but the \
      signatures of the manifest that is there.
      """
  )

  @OptionGroup var global: GlobalOptions
  @OptionGroup var signing: SigningOptions
  @Argument(help: "The folder with catalog.yaml.") var folder: String
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

  func validate() throws {
    let changes = [name, publisher, registryVersion, expiresAt].contains { $0 != nil } || allowsSameVersion
    guard !signing.isAdded || !changes else {
      throw ValidationError("--add-signature changes nothing else of the manifest")
    }
  }

  func run(in session: Session) throws -> Int32 {
    let key = try signing.findKey(session)
    let work = try Publisher(session.absolute(folder), disk: session.disk)
    let report: Publisher.Report
    if let key, signing.isAdded {
      report = try work.addSignature(key)
    } else {
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
    return fields
  }

  private func print(_ report: Publisher.Report, _ console: Console) {
    let verb = signing.isAdded ? "signed" : "published"
    console.print(
      "\(verb) \(report.registryName) \(report.version): "
        + "\(Quantity.count(report.pluginCount, "plugin")), \(Quantity.count(report.fileCount, "file")), "
        + "\(Quantity.bytes(report.byteCount))"
    )
    console.print("  \(report.path.string)")
    console.print("  manifest \(report.manifest, .id)")
    if let expiry = report.expiresAt { console.print("  expires \(expiry.description)") }
    if report.signatures.isEmpty {
      console.print("  \("unsigned", .warning): clients refuse unsigned remote registries by default")
    }
    for block in report.signatures {
      console.print("  signature \(block.algorithm.rawValue) \(block.keyID)")
    }
    if let signer = report.signer {
      console.print("  fingerprint of \(signer.keyID): \(signer.fingerprint, .id)")
    }
  }

  private func json(_ report: Publisher.Report) -> JSONValue {
    .object([
      ("registry_name", .string(report.registryName)), ("version", .string(report.version.description)),
      ("expires_at", .string(orNull: report.expiresAt?.description)),
      ("files", .number(report.fileCount)), ("bytes", .number(report.byteCount)),
      ("plugins", .number(report.pluginCount)), ("manifest", .string(report.manifest.description)),
      ("path", .string(report.path.string)), ("signer", report.signer?.json ?? .null),
      (
        "signatures",
        .array(
          report.signatures.map { block in
            .object([
              ("algorithm", .string(block.algorithm.rawValue)), ("key_id", .string(block.keyID)),
              ("signed_fields", .array(block.signedFields.map { .string($0) })),
            ])
          }
        )
      ), ("warnings", .array(report.warnings.map { .string($0.words) })),
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
