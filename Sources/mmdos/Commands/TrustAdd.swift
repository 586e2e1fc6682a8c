import ArgumentParser
import Disk
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry trust add`.
struct TrustAdd: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Trust a publisher's key.",
    examples: ["mmdos registry trust add acme --file acme.pub --name Acme --approved"],
    discussion: """
      Compare the fingerprint with one that you got another way: whoever can change the key on its way to you \
      can sign what you sync. A name or a key that is in the trust store is never replaced.
      """
  )

  @OptionGroup var approval: ApprovalOption
  @Argument(help: ArgumentHelp("The key's name in the publisher's signatures.", valueName: "key-id"))
  var keyID: String
  @Option(name: .customLong("public-key"), help: ArgumentHelp("The key as one line.", valueName: "base64"))
  var publicKey: String?
  @Option(help: ArgumentHelp("A PEM file, or a trusted-keys.yaml that has the key.", valueName: "path"))
  var file: String?
  @Option(help: ArgumentHelp("The address of such a file; asked again by 'trust sync'.", valueName: "url"))
  var url: String?
  @Option(help: "Who the key belongs to.") var name: String
  @Option(name: .customLong("scope"), help: "registry or catalog; may be repeated, both by default.")
  var scopes: [TrustedKey.Scope] = []
  @Option(help: ArgumentHelp("Take only the key with this fingerprint, 64 hex digits.", valueName: "hex"))
  var fingerprint: String?
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard [publicKey, file, url].compactMap(\.self).count == 1 else {
      throw ValidationError("give one of --public-key, --file and --url")
    }
    if let fingerprint, KeyFingerprint(hex: fingerprint) == nil {
      throw ValidationError("--fingerprint takes 64 lower-case hex digits")
    }
  }

  func run(in session: Session) async throws -> Int32 {
    let (project, policy, editing) = try session.trustStore()
    let remote = try url.map { try KeyFetcher.parse($0, policy: policy).description }
    let given = try findGivenKey(session)
    if let given { try check(given, editing) }
    // The policy is checked before anything is printed, as for `registry add`.
    let fetcher = try remote.map { _ in
      try KeyFetcher(policy: policy, connector: session.connector(project))
    }
    guard approval.isApproved else {
      var outside = OutsideUse(project, policy, session)
      if let url { outside.add(try KeyFetcher.parse(url, policy: policy)) }
      if let file { outside.add(try session.absolute(file), "the key's file") }
      return try preview(given, remote, editing).adding(outside).show(in: session)
    }
    let found = if let given { given } else { try await fetch(remote, fetcher) }
    guard let found else { throw ValidationError("there is no key") }
    let key = try check(found, editing, url: remote)
    try editing.add(key)
    if session.options.isJSON {
      session.console.print(.object([("added", key.json)]))
    } else {
      session.console.print("trusted \(key.keyID): \(key.name)")
      session.console.print("  fingerprint  \(key.fingerprint, .id)")
      if fingerprint == nil {
        session.console.note("compare the fingerprint with one that the publisher gave you another way")
      }
    }
    return ExitCodes.done
  }

  private func findGivenKey(_ session: Session) throws -> Ed25519PublicKey? {
    if let publicKey { return try KeyDocument.read(Array(publicKey.utf8), for: keyID, from: "--public-key") }
    guard let file else { return nil }
    return try KeyDocument.read(try KeyFiles.readDocument(session.absolute(file)), for: keyID, from: file)
  }

  private func fetch(_ url: String?, _ fetcher: KeyFetcher?) async throws -> Ed25519PublicKey? {
    guard let url, let fetcher else { return nil }
    do {
      let key = try await fetcher.fetchKey(keyID, from: url)
      await fetcher.shutdown()
      return key
    } catch {
      await fetcher.shutdown()
      throw error
    }
  }

  @discardableResult
  private func check(
    _ publicKey: Ed25519PublicKey,
    _ editing: TrustStoreEditing,
    url: String? = nil
  ) throws -> TrustedKey {
    if let fingerprint, fingerprint != publicKey.fingerprint.description {
      throw TrustStoreProblem.wrongFingerprint(expected: fingerprint, found: publicKey.fingerprint)
    }
    let key = TrustedKey(
      keyID: keyID,
      name: name,
      publicKey: publicKey,
      scopes: scopes.isEmpty ? TrustedKey.Scope.allCases : scopes,
      addedAt: WrittenTime(editing.now.wholeSeconds),
      remoteSourceURL: url
    )
    try editing.check(key)
    return key
  }

  private func preview(_ key: Ed25519PublicKey?, _ url: String?, _ editing: TrustStoreEditing) -> Preview {
    var words = ["mmdos", "registry", "trust", "add", keyID] + global.targetWords
    if let publicKey { words += ["--public-key", publicKey] }
    if let file { words += ["--file", file] }
    if let url { words += ["--url", url] }
    words += ["--name", name] + scopes.flatMap { ["--scope", $0.rawValue] }
    if let shown = key?.fingerprint.description ?? fingerprint { words += ["--fingerprint", shown] }
    let scopesText = (scopes.isEmpty ? TrustedKey.Scope.allCases : scopes).map(\.rawValue)
    let known = key?.fingerprint.description ?? fingerprint
    var lines: [SafeText] = [
      "would trust \(keyID): \(name)",
      "  fingerprint  \(known ?? "not known before the key is requested", .id)",
      "  scopes       \(scopesText.joined(separator: ", "))",
    ]
    if let url { lines.append("  request      \(url)") }
    lines.append("  write        \(editing.path.string)")
    return Preview(
      command: ShellWord.line(words + ["--approved"]),
      lines: lines,
      json: [
        ("add", .string(keyID)), ("name", .string(name)), ("fingerprint", .string(orNull: known)),
        ("scopes", .array(scopesText.map { .string($0) })), ("request", .string(orNull: url)),
        ("write", .string(editing.path.string)),
      ]
    )
  }
}

extension TrustedKey.Scope: ExpressibleByArgument {}
