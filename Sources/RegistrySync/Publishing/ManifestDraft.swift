import Disk
import Formats
import ObjectStore
import RegistryModel

/// The fields of a manifest that is about to be written, each checked before it is in the manifest, so that a problem
/// is about what was given.
struct ManifestDraft {
  let registryName: String?
  let publisher: String?
  let version: SemanticVersion?
  let expiresAt: Timestamp?
  private let generatedAt: String
  private let minimumVersion: String
  private let safetyPolicyVersion: String

  /// Takes what is given, and the rest from the existing manifest.
  ///
  /// In a check nothing has to be given, and the version need not be a new one.
  init(
    _ fields: Publisher.Fields,
    isCheck: Bool = false,
    old: Manifest?,
    now: Timestamp,
    problems: inout [PublishProblem]
  ) {
    registryName = Self.line(fields.registryName, of: .registryName, &problems) ?? old?.registryName
    publisher = Self.line(fields.publisher, of: .publisher, &problems) ?? old?.publisher
    version = Self.version(fields, isCheck: isCheck, old: old, &problems)
    expiresAt = Self.expiry(fields.expiresAt, old: old?.expiresAt, now: now.wholeSeconds, &problems)
    generatedAt = Self.date(old: old?.generatedAt, now: now, &problems)
    minimumVersion = old?.minimumVersion.description ?? "1.0.0"
    safetyPolicyVersion = old?.safetyPolicyVersion ?? "1.0"
    guard !isCheck else { return }
    if registryName == nil, fields.registryName == nil { problems.append(.missingField(.registryName)) }
    if publisher == nil, fields.publisher == nil { problems.append(.missingField(.publisher)) }
  }

  /// The top-level members of the manifest; a check without name, publisher or version gets the shortest ones.
  ///
  /// - Throws: `PublishProblems` where there is no catalog.
  func members(_ contents: RegistryFolder) throws -> [JSONMember] {
    guard let catalog = contents.find(ModelNames.catalog) else {
      throw PublishProblems([.missingCatalog(contents.folder.path)])
    }
    return [
      JSONMember("registry_name", .string(registryName ?? "-")),
      JSONMember("publisher", .string(publisher ?? "-")),
      JSONMember("version", .string(version?.description ?? "0.0.0")),
      JSONMember("generated_at", .string(generatedAt)),
      JSONMember("catalog_hash", .string("sha256:\(catalog.id)")),
      JSONMember(
        "files_hashes",
        .object(contents.files.map { ($0.path.description, .string("sha256:\($0.id)")) })
      ),
      JSONMember("minimum_mmdo_version", .string(minimumVersion)),
      JSONMember("safety_policy_version", .string(safetyPolicyVersion)),
    ] + (expiresAt.map { [JSONMember("expires_at", .string($0.description))] } ?? [])
      + [JSONMember("signature", .null)]
  }

  private static func line(
    _ text: String?,
    of field: PublishField,
    _ problems: inout [PublishProblem]
  ) -> String? {
    guard let text else { return nil }
    do {
      try LineText.checkName(text)
      return text
    } catch {
      problems.append(.badField(field, text))
      return nil
    }
  }

  /// The requested version, else that of the existing manifest where it may stay.
  private static func version(
    _ fields: Publisher.Fields,
    isCheck: Bool,
    old: Manifest?,
    _ problems: inout [PublishProblem]
  ) -> SemanticVersion? {
    guard let text = fields.version ?? old?.version.description else {
      if !isCheck { problems.append(.missingField(.version)) }
      return nil
    }
    let version: SemanticVersion
    do { version = try SemanticVersion(parsing: text) } catch {
      problems.append(.badField(.version, text))
      return nil
    }
    guard let old, version <= old.version else { return version }
    let isSame = version == old.version && (fields.allowSameVersion || isCheck && fields.version == nil)
    if !isSame { problems.append(.versionNotNewer(new: version, published: old.version)) }
    return version
  }

  /// The requested expiry, else that of the existing manifest.
  ///
  /// A time in the past is refused, because no client would accept the manifest.
  private static func expiry(
    _ text: String?,
    old: Timestamp?,
    now: Timestamp,
    _ problems: inout [PublishProblem]
  ) -> Timestamp? {
    if text == "never" { return nil }
    var expiry = old
    if let text {
      do { expiry = try Timestamp(parsing: text) } catch {
        problems.append(.badField(.expiresAt, text))
        return nil
      }
    }
    if let expiry, expiry <= now {
      problems.append(.expired(expiry.wholeSeconds, isKept: text == nil))
    }
    return expiry
  }

  /// The date of the manifest: whole seconds, or all digits of the clock where another manifest is of the same second.
  ///
  /// Clients refuse a date that is older than one they have seen, so it must rise like the version.
  private static func date(old: Timestamp?, now: Timestamp, _ problems: inout [PublishProblem]) -> String {
    guard let old, now.wholeSeconds <= old else { return now.wholeSeconds.description }
    if now <= old { problems.append(.dateNotNewer(now: now, published: old)) }
    return now.preciseDescription
  }
}
