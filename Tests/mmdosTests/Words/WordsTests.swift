import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel
import RegistrySync
import SystemPackage
import TestSupport
import Testing

@testable import mmdos

/// What is wrong in a file, a path or an address, in words; the switches over the cases are exhaustive, so what is
/// tested is that outside text cannot reach a terminal, and that no two cases say the same.
struct WordsTests {
  /// Text from outside that would colour a terminal, turn its direction, end its line or its quotes.
  static let hostile = "\u{1B}[31m\n\u{202E}'x"

  @Test func everyProblemIsOneSafeLineOfItsOwn() throws {
    for words in try Self.all() {
      for text in words {
        expectSafe(text)
        #expect(text.first?.isUppercase == false || text.hasPrefix("HMAC"), "\(text)")
        #expect(!text.contains("without words"), "\(text)")
      }
      #expect(Set(words).count == words.count, "\(words)")
    }
  }

  @Test func mutatedFilesHaveSafeWords() throws {
    var generator = SeededGenerator(seed: 12)
    let manifest = Array(
      #"{"registry_name":"a","publisher":"b","version":"1.0.0","files_hashes":{"a":"b"}}"#.utf8
    )
    let catalog = Array("catalog:\n  plugins:\n    - slug: a\n      name: b\n      tags: [x, y]\n".utf8)
    let rules = ManifestRules(programVersion: try SemanticVersion(parsing: "1.0.0"))
    for _ in 0..<1000 {
      let json = generator.mutate(manifest, pool: Array("{}[]\",:\\/.aA0é\0\u{1B}sha256".utf8))
      do { _ = try Manifest.parse(json, rules: rules) } catch { expectSafe(error.words) }
      let yaml = generator.mutate(catalog, pool: Array("-:[]{}\"'\n &*!|>#é\0\u{1B}a".utf8))
      do { _ = try Catalog.parse(yaml) } catch { expectSafe(error.words) }
      do { _ = try PluginManifest.parse(yaml, expecting: nil) } catch { expectSafe(error.words) }
    }
  }

  @Test(
    arguments: [
      (.unknownKey("alow_x", nearest: "allow_x"), "unknown key 'alow_x', did you mean 'allow_x'?"),
      (
        .wrongType(key: "enabled", expected: .boolean, found: .string),
        "'enabled' must be a boolean (true or false), found a string"
      ),
      (.wrongType(key: "", expected: .map, found: .list), "the document must be a map, found a list"),
      (.unexpected(found: .character("<"), expected: .value), "found '<', expected a value"),
      (.yamlSyntax(.unclosedList), "did not find ',' or ']'"),
      (
        .invalidValue(
          key: "name",
          value: "a b",
          rule: .refused(ValueProblem(RegistryNameProblem.badCharacter(" ")))
        ),
        "'name' is 'a b': the name has ' ', which is not a letter, digit, '_' or '-'"
      ),
      (
        .invalidValue(
          key: "audit_allow",
          value: "x",
          rule: .refused(ValueProblem(AuditExceptionProblem.malformed))
        ),
        "'audit_allow' is 'x': must be a rule of the content audit, '@', and the 64 digits of an object id"
      ),
    ] as [(TextProblem.Reason, String)]
  )
  func textProblemsNameKeyAndCause(reason: TextProblem.Reason, words: String) {
    #expect(reason.words == words)
  }

  @Test func noTwoRefErrorsSayTheSame() throws {
    let words = try FailureTests.refErrors().map(\.words)
    #expect(Set(words).count == words.count)
  }

  @Test func refErrorsNameSubjectAndCause() throws {
    let ref = RefName.registry(try RefComponent("acme"))
    let id = ObjectID(hashing: [1])
    #expect(
      RefError.unexpectedValue(ref, expected: .id(id), found: nil).words
        == "the ref 'registries/acme' is absent, expected was \(id)"
    )
    #expect(RefError.revision("ab", .tooShort).words == "revision 'ab': a prefix needs at least 4 digits")
    let disk = DiskError(.write, "/x", .noSpace)
    #expect(RefError.disk(disk).words == "cannot write '/x': no space left on the device")
    #expect(
      RefError.commitFailed(ref: ref, moved: [ref], cause: disk).words
        == "the ref 'registries/acme' could not be written: cannot write '/x': no space left on the device; "
        + "moved before it: registries/acme"
    )
  }

  @Test(
    arguments: [
      (.permissionDenied, "permission denied"), (.readOnlyFileSystem, "the file system is read-only"),
      (.ioError, "the device reports a read or write error"),
      (.noSuchFileOrDirectory, "no such file or folder"),
      (.fileExists, "it exists already"), (.diskQuotaExceeded, "the disk quota is used up"),
      (Errno(rawValue: 4_000), "error number 4000"),
    ] as [(Errno, String)]
  )
  func diskErrorsHaveWordsOfOurs(code: Errno, words: String) {
    #expect(DiskError(.read, "/x", code).words == "cannot read '/x': \(words)")
  }

  @Test func aLinkThatIsNotFollowedIsNamed() {
    #expect(
      DiskError(.open, "/x", .tooManySymbolicLinkLevels).words
        == "cannot open '/x': it is a link or not what is expected"
    )
  }

  @Test func quotedTextIsEscapedAndCut() {
    #expect("a\u{1B}b'\\\u{202E}".quotedForMessage == #"'a\u{1b}b\u{27}\u{5c}\u{202e}'"#)
    #expect("é 🦊".quotedForMessage == "'é 🦊'")
    #expect(
      String(repeating: "a", count: 121).quotedForMessage == "'\(String(repeating: "a", count: 120))...'"
    )
  }

  @Test func sourcesOfOneAddressAreNamed() throws {
    let names = try (RegistryName(parsing: "acme"), RegistryName(parsing: "b"))
    let warning = SourceList.Warning.sameURL(first: names.0, second: names.1)
    #expect(warning.words == "'acme' and 'b' have the same url")
  }
}
