import Formats
import ObjectStore
import RegistryModel
import RegistrySync

@testable import mmdos

// One of every case, with hostile text wherever text from outside goes.
extension WordsTests {
  static func all() throws -> [[String]] {
    var all: [[String]] = [textReasons.map(\.words), rules.map(\.words)]
    all += [YAMLSyntaxProblem.allCases.map(\.words), NativeKind.allCases.map(\.words)]
    all += [
      paths.map(\.words), urls.map(\.words), names.map(\.words), slugs.map(\.words), lines.map(\.words),
    ]
    all += [catalogs().map(\.words), try plugins().map(\.words), try manifests().map(\.words)]
    all += [blocks.map { ManifestProblem.badSignature(index: 0, $0, at: nil).words }, signing.map(\.words)]
    all += [keys.map(\.words), projectKeys.map(\.words)]
    all += [try refusals().map(\.words), try notes().map(\.words), try warnings().map(\.words)]
    return all
  }

  private static let textReasons: [TextProblem.Reason] = [
    .tooLarge(bytes: 2, limit: 1), .tooDeep(limit: 64), .invalidUTF8, .byteOrderMark,
    .unexpected(found: .character("\u{1B}"), expected: .value),
    .unexpected(found: .endOfText, expected: .colon),
    .unexpected(found: .character("'"), expected: .endOfText),
    .duplicateKey(hostile), .controlCharacter("\u{7}"), .invalidEscape(.character("\u{202E}")),
    .loneSurrogate,
    .numberOutOfRange("1e999"), .aliasRefused(hostile), .anchorRefused(hostile), .tagRefused(hostile),
    .severalDocuments, .complexKey, .unknownKey(hostile, nearest: "x"), .unknownKey(hostile, nearest: nil),
    .missingKey(hostile), .wrongType(key: hostile, expected: .boolean, found: .string),
    .wrongType(key: "", expected: .map, found: .duration),
    .invalidValue(key: hostile, value: hostile, rule: .notEmpty),
    .unsupportedValue(key: hostile, value: hostile, why: .gitSource),
    .unsupportedValue(key: "a", value: "b", why: .withoutChecksum),
    .unsupportedValue(key: "a", value: "b", why: .syncWithoutApproval),
    .alreadyUsed(key: "name", value: hostile), .noSuchEntry(hostile),
    .cannotEdit(key: "", obstacle: .rootNotBlockMap), .cannotEdit(key: hostile, obstacle: .listNotBlock),
    .cannotEdit(key: "a", obstacle: .itemNotBlockMap), .cannotEdit(key: "a", obstacle: .itemNotOnOwnLines),
    .cannotEdit(key: "a", obstacle: .valueOverSeveralLines),
    .cannotEdit(key: "a", obstacle: .unusualLineBreaks), .needsEscape(key: hostile, value: hostile),
    .editNotFaithful, .signedFieldRepeated(hostile), .signedFieldMissing(hostile),
  ]

  /// With one error of every type that checks a value for a file.
  private static let rules: [TextProblem.ValueRule] = {
    let plain: [TextProblem.ValueRule] = [
      .oneOf(["a", hostile]), .between(1, 2), .durationBetween(.zero, .seconds(3_600)), .notEmpty, .distinct,
      .shape(.fileExtension), .shape(.relativePath), .shape(.keyID), .shape(.sha256), .shape(.oneLine),
      .shape(.machinePath),
      .shape(.wholeNumber), .conflicts(withKey: hostile, value: hostile),
    ]
    let errors: [any Error & Equatable] = [
      RegistryNameProblem.empty, URLProblem.empty, PathProblem.empty, SlugProblem.empty,
      PluginProblem.conflictingAssets(.absolute), KeyProblem.notBase64, AuditExceptionProblem.malformed,
      LockEntryProblem.hasErrors, InstallRecordProblem.notASource, InstallRecordProblem.notAnObjectID,
      InstallRecordProblem.notAHash, InstallRecordProblem.notTargets, InstallRecordProblem.notAFolder,
      WriteRootProblem.neverWritten,
    ]
    return plain + (errors + times + versions).map { .refused(ValueProblem($0)) }
  }()

  private static let times: [TimestampProblem] = [
    .badShape(offset: 3), .yearOutOfRange(1969), .monthOutOfRange(13), .dayOutOfRange(31),
    .timeOutOfRange(hour: 24, minute: 0, second: 0), .leapSecond, .offsetOutOfRange(hours: 24, minutes: 0),
    .fractionTooLong(digits: 10),
  ]

  private static let versions: [VersionProblem] = [
    .tooLong(bytes: 2, limit: 1), .notThreeParts(2), .notANumber(hostile), .leadingZero("01"),
    .numberTooLong(digits: 10, limit: 9), .emptyIdentifier, .badIdentifier(hostile),
  ]

  private static let paths: [PathProblem] = [
    .empty, .tooLong(bytes: 2, limit: 1), .componentTooLong(bytes: 2, limit: 1),
    .tooDeep(components: 2, limit: 1), .absolute, .emptyComponent, .dotComponent(".."),
    .forbiddenCharacter(":"), .controlCharacter("\u{1B}"), .bidirectionalCharacter("\u{202E}"),
    .zeroWidthCharacter("\u{200B}"), .ignorableCharacter("\u{AD}"), .notNFC, .leadingSpace(hostile),
    .trailingSpace(hostile), .trailingDot(hostile), .windowsDeviceName("con"), .versionControlName(hostile),
    .scriptPrototypeName("__proto__"), .reservedAtRoot(hostile), .duplicate(hostile),
    .filesEqualIgnoringCase(hostile, "A"), .foldersEqualIgnoringCase(hostile, "A"),
    .fileAndFolder(file: hostile, folder: hostile),
  ]

  private static let urls: [URLProblem] = [
    .empty, .tooLong(bytes: 2, limit: 1), .notAbsolute, .schemeNotAllowed(hostile),
    .plainHTTPNotLoopback(host: hostile), .plainHTTPNotEnabled(host: hostile), .userInfo, .emptyHost,
    .hostNotASCII(offset: 8), .badHost(hostile), .badIPv6, .badPort, .query(offset: 8), .fragment(offset: 8),
    .whitespace(offset: 8), .controlCharacter(offset: 8), .forbiddenCharacter("\u{1B}", offset: 8),
    .badEscape(offset: 8), .forbiddenEscape(byte: 47, offset: 8), .noPath, .emptySegment(offset: 8),
    .dotSegment(offset: 8), .notCatalog,
  ]

  private static let names: [RegistryNameProblem] = [
    .empty, .tooLong(bytes: 65, limit: 64), .badFirstCharacter("\u{1B}"), .badCharacter("\u{202E}"),
    .reserved("all"), .temporaryPrefix("tmp_x"), .windowsDeviceName("con"),
  ]

  private static let slugs: [SlugProblem] = [
    .empty, .tooLong(bytes: 129, limit: 128), .badCharacter("\u{1B}"), .reserved("catalog"),
    .badPath(.windowsDeviceName("nul.yaml")),
  ]

  private static let lines: [LineProblem] = [
    .empty, .tooLong(bytes: 2, limit: 1), .forbiddenCharacter("\u{1B}"),
  ]

  private static let place = TextPosition(line: 1, column: 1)

  private static func catalogs() -> [CatalogProblem] {
    [
      .field(.text(TextProblem(.invalidUTF8, at: nil))),
      .field(.badText(field: hostile, .forbiddenCharacter("\u{1B}"), at: place)),
      .badSlug(hostile, .badCharacter("\u{1B}"), at: place), .duplicateSlug("a", first: "a", at: place),
      .duplicateSlug("a", first: "A", at: place),
    ]
  }

  private static func plugins() throws -> [PluginProblem] {
    let path = try ManifestPath(parsing: ".ai/skills/a.md")
    let slug = try PluginSlug(parsing: "a")
    return [
      .field(.text(TextProblem(.invalidUTF8, at: nil))), .badSlug(hostile, .empty, at: place),
      .slugDiffers(expected: slug, found: try PluginSlug(parsing: "b"), at: place),
      .tooMany(field: "assets", count: 2, limit: 1, at: place), .badAsset(hostile, .absolute, at: place),
      .assetOutsideFolders(path, at: place), .assetChangesTrust(path, at: place),
      .assetReplacesManifest(path, at: place), .badPattern(hostile, at: place),
      .conflictingAssets(.duplicate("a")),
    ]
  }

  private static func manifests() throws -> [ManifestProblem] {
    let versions = try (SemanticVersion(parsing: "9.0.0"), SemanticVersion(parsing: "1.0.0"))
    return [
      .text(TextProblem(.invalidUTF8, at: nil)), .badLine(field: hostile, .empty, at: nil),
      .badVersion(field: "version", found: hostile, .emptyIdentifier, at: nil),
      .badTime(field: "generated_at", found: hostile, .leapSecond, at: nil),
      .badHash(of: hostile, found: hostile, at: nil),
      .catalogHashesDiffer(catalogHash: ObjectID(hashing: [1]), inFiles: ObjectID(hashing: [2]), at: nil),
      .programTooOld(needed: versions.0, program: versions.1, at: nil),
      .tooManyFiles(count: 2, limit: 1, at: nil), .badPath(hostile, .absolute, at: nil),
      .conflictingPaths(.duplicate(hostile)), .tooManySignatures(count: 2, limit: 1),
    ]
  }

  private static let blocks: [SignatureBlockProblem] = [
    .text(TextProblem(.missingKey(hostile), at: nil)), .unknownAlgorithm(hostile), .badKeyID(hostile),
    .badEncoding(.ed25519), .badEncoding(.hmacSHA256), .noSignedFields,
    .tooManySignedFields(count: 2, limit: 1), .repeatedSignedField(hostile), .missingSignedField(hostile),
    .signsSignatures("signature"),
  ]

  private static let signing: [SigningProblem] = [
    .badKeyID(hostile), .missingField(hostile), .alreadySigned(keyID: hostile), .tooManySignatures(limit: 16),
    .malformedSignatures,
  ]

  private static let keys: [KeyProblem] = [
    .notBase64, .notEd25519, .notCanonical, .smallOrder, .wrongLabel(expected: "PUBLIC KEY", found: hostile),
    .wrongLabel(expected: "PUBLIC KEY", found: nil), .encrypted, .malformedPEM,
  ]

  private static let projectKeys: [ProjectKeyProblem] = [
    .malformed, .accessibleToOthers(mode: 0o644), .ownedByAnotherUser(1),
  ]
}
