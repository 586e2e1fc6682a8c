import Formats
import ObjectStore
import RegistryModel

/// What a sync says that finds everything as it was at the last one: an answer that is known before anything is read.
struct UnchangedAnswer: Equatable, Sendable {
  /// A signature block that did not count.
  struct IgnoredBlock: Equatable, Sendable {
    let keyID: String
    let algorithm: SignatureAlgorithm
    let reason: SignatureResult.Reason
  }

  /// The hash of all that the manifest was judged by: policy, source, keys, lock entry, and rules of this program.
  let stamp: ObjectID
  /// The hash of the view's `checksums.json`.
  let view: ObjectID
  /// The manifest's version.
  let version: String
  /// By these the manifest is judged anew, as they are compared with the clock.
  let times: ManifestTimes
  /// How many different files the manifest names, and how many bytes they have.
  let fileCount: Int
  let byteCount: Int64
  let signers: [Signer]
  let ignored: [IgnoredBlock]
  let catalogWarnings: [CatalogWarning]
  /// The slugs of the catalog that have no plugin file.
  let missingPlugins: [String]
  /// The files that the view lacks.
  let withheld: [TreeFile]

  /// The verdict, as it is for a manifest that was accepted before.
  var verdict: TrustVerdict {
    let notes = ignored.map { TrustNote.ignoredSignature(keyID: $0.keyID, $0.algorithm, $0.reason) }
    return TrustVerdict(
      trust: signers.isEmpty ? .unsigned : .verified,
      signers: signers,
      notes: notes + (signers.isEmpty ? [.unsigned] : [])
    )
  }
}

extension UnchangedAnswer.IgnoredBlock {
  /// The reasons that say all by themselves.
  private static let reasons: [(word: String, reason: SignatureResult.Reason)] = [
    ("algorithm-not-allowed", .algorithmNotAllowed), ("unknown-key", .unknownKey), ("revoked", .revoked),
    ("disabled", .disabled), ("out-of-scope", .outOfScope), ("not-a-signer", .notASigner),
    ("no-project-key", .noProjectKey),
  ]

  /// Nil for a block that cannot be written down: then every sync judges it.
  init?(keyID: String, _ algorithm: SignatureAlgorithm, _ reason: SignatureResult.Reason) {
    guard Self.reasons.contains(where: { $0.reason == reason }) else { return nil }
    (self.keyID, self.algorithm, self.reason) = (keyID, algorithm, reason)
  }

  fileprivate var json: JSONValue {
    .object([
      ("key_id", .string(keyID)), ("algorithm", .string(algorithm.rawValue)),
      ("reason", .string(orNull: Self.reasons.first { $0.reason == reason }?.word)),
    ])
  }

  fileprivate init?(json: JSONValue) {
    guard let keyID = json.find("key_id")?.text,
      let algorithm = json.find("algorithm")?.text.flatMap({ SignatureAlgorithm(rawValue: $0) }),
      let word = json.find("reason")?.text, let known = Self.reasons.first(where: { $0.word == word })
    else { return nil }
    (self.keyID, self.algorithm, reason) = (keyID, algorithm, known.reason)
  }
}

/// How a registry's state has the answer (docs/FORMATS.md).
extension UnchangedAnswer {
  var json: JSONValue {
    .object([
      ("stamp", .string(stamp.description)), ("view", .string(view.description)),
      ("version", .string(version)), ("generated_at", .string(times.generatedAt.preciseDescription)),
      ("expires_at", .string(orNull: times.expiresAt?.preciseDescription)),
      ("file_count", .number(fileCount)), ("byte_count", .string("\(byteCount)")),
      ("signers", .array(signers.map(\.lockJSON))), ("ignored", .array(ignored.map(\.json))),
      ("catalog_warnings", .array(catalogWarnings.map(\.json))),
      ("missing_plugins", .array(missingPlugins.map { .string($0) })),
      ("withheld", .array(withheld.map(Self.json))),
    ])
  }

  /// Reads an answer; nil where anything in it is not what it should be.
  init?(json: JSONValue) {
    guard let stamp = json.find("stamp")?.text.flatMap({ ObjectID(hex: $0) }),
      let view = json.find("view")?.text.flatMap({ ObjectID(hex: $0) }),
      let version = json.find("version")?.text,
      let made = json.find("generated_at")?.time, let expires = json.find("expires_at"),
      (expires.text == nil) == (expires.time == nil),
      let fileCount = json.find("file_count")?.wholeNumber,
      let byteCount = json.find("byte_count")?.text.flatMap({ Int64($0) }),
      let signers = json.find("signers")?.list({ try? Signer($0) }),
      let ignored = json.find("ignored")?.list({ IgnoredBlock(json: $0) }),
      let catalogWarnings = json.find("catalog_warnings")?.list({ CatalogWarning(json: $0) }),
      let missing = json.find("missing_plugins")?.list({ $0.text }),
      let withheld = json.find("withheld")?.list(Self.file)
    else { return nil }
    self.init(
      stamp: stamp,
      view: view,
      version: version,
      times: ManifestTimes(generatedAt: made, expiresAt: expires.time),
      fileCount: fileCount,
      byteCount: byteCount,
      signers: signers,
      ignored: ignored,
      catalogWarnings: catalogWarnings,
      missingPlugins: missing,
      withheld: withheld
    )
  }

  private static func json(_ file: TreeFile) -> JSONValue {
    .object([
      ("path", .string(file.path.description)), ("id", .string(file.id.description)),
      ("size", .string("\(file.size)")),
    ])
  }

  private static func file(_ json: JSONValue) -> TreeFile? {
    guard let path = json.find("path")?.treePath,
      let id = json.find("id")?.text.flatMap({ ObjectID(hex: $0) }),
      let size = json.find("size")?.text.flatMap({ Int64($0) })
    else { return nil }
    return TreeFile(path: path, id: id, size: size)
  }
}

extension CatalogWarning {
  fileprivate var json: JSONValue {
    switch self {
    case .noList: .null
    case .unknownKey(let key, let nearest, let plugin, let position):
      .object([
        ("key", .string(key)), ("nearest", .string(orNull: nearest)),
        ("plugin", .string(orNull: plugin?.description)), ("line", .number(position.line)),
        ("column", .number(position.column)),
      ])
    }
  }

  fileprivate init?(json: JSONValue) {
    if case .null = json.content {
      self = .noList
      return
    }
    guard let key = json.find("key")?.text, let plugin = json.find("plugin"),
      let line = json.find("line")?.wholeNumber, let column = json.find("column")?.wholeNumber
    else { return nil }
    // try?: a slug that is none makes the whole answer one that is not ours.
    let slug = plugin.text.flatMap { try? PluginSlug(parsing: $0) }
    guard (plugin.text == nil) == (slug == nil) else { return nil }
    let position = TextPosition(line: line, column: column)
    self = .unknownKey(key, nearest: json.find("nearest")?.text, of: slug, at: position)
  }
}

extension JSONValue {
  /// The time that a string is; nil for anything else.
  fileprivate var time: Timestamp? {
    // try?: a time that is none makes the answer one that is not ours.
    text.flatMap { try? Timestamp(parsing: $0) }
  }

  /// What all items of a list are; nil where one of them is not that, or this is no list.
  fileprivate func list<Item>(_ read: (JSONValue) -> Item?) -> [Item]? {
    guard case .array(let items) = content else { return nil }
    var found: [Item] = []
    for item in items {
      guard let item = read(item) else { return nil }
      found.append(item)
    }
    return found
  }
}
