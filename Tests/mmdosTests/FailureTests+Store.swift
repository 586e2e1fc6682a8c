import Disk
import ObjectStore
import Refs
import SystemPackage
import Testing

@testable import mmdos

// The failures of the disk, the object store and the refs.
extension FailureTests {
  static let storeErrors: [ObjectStoreError] = [
    .missing(id), .corrupt(id, path, .encoding(.notZlib)), .corrupt(id, path, .encoding(.truncated)),
    .corrupt(id, path, .encoding(.trailingBytes)), .corrupt(id, path, .encoding(.tooLarge(limit: 5))),
    .corrupt(id, path, .wrongHash(found: other)), .corrupt(id, path, .wrongSize(expected: 1, found: 2)),
    .corrupt(id, path, .wrongKind), .malformed(id, .missingHeader), .malformed(id, .missingFinalNewline),
    .malformed(id, .badLine(3)), .malformed(id, .unsortedName(line: 3)), .malformed(id, .badName(line: 3)),
    .malformed(id, .wrongTotal(folder: "f", stated: 1, found: 2)), .malformed(id, .tooDeep),
    .unencodable(field: "publisher"), .collidingPaths("a", "a/b"), .wrongContent(expected: id, found: other),
    .unknownFormat(path, found: "x"), .malformedShallow(path, line: 2), .disk(disk),
  ]

  static func expected(_ error: ObjectStoreError) -> (code: Int32, kind: String) {
    switch error {
    case .missing: (3, "missing-object")
    case .corrupt: (3, "corrupt-object")
    case .malformed: (3, "malformed-object")
    case .unencodable: (1, "unencodable")
    case .collidingPaths: (3, "colliding-paths")
    case .wrongContent: (3, "wrong-hash")
    case .unknownFormat: (1, "cache-format")
    case .malformedShallow: (3, "malformed-shallow")
    case .disk: (1, "disk")
    }
  }

  @Test(arguments: storeErrors.indices)
  func storeErrorsHaveWords(index: Int) {
    let error = Self.storeErrors[index]
    check(error, Self.expected(error))
  }

  @Test func everyStoreErrorIsVisited() {
    #expect(Set(Self.storeErrors.map { Self.expected($0).kind }).count == 9)
  }

  // MARK: RefError

  static func refErrors() throws -> [RefError] {
    let component = try RefComponent("partner")
    let ref = RefName.registry(component)
    let problems: [RevisionProblem] = [
      .malformed, .tooShort, .numberTooLarge, .unknown, .ambiguous([id, other]), .noParent(of: id),
      .trimmed(after: id), .reflogTooShort(available: 2),
    ]
    return [
      .malformedName("a b"), .absent(ref), .malformedRef(path), .unexpectedFile(path),
      .unexpectedValue(ref, expected: .absent, found: id),
      .unexpectedValue(ref, expected: .id(id), found: nil),
      .duplicateUpdate(ref), .wrongLock(ref, held: component), .zeroID(ref),
      .commitFailed(ref: ref, moved: [], cause: disk), .commitFailed(ref: ref, moved: [ref], cause: disk),
      .malformedMessage("a\nb"), .malformedAgent(" "), .malformedTime(-1), .malformedReflog(path, line: 2),
      .malformedPendingRecord(path), .busy(path, waited: .seconds(10)), .unstable(ref, attempts: 5),
      .disk(disk),
    ] + problems.map { .revision("abcd", $0) }
  }

  static func expected(_ error: RefError) -> (code: Int32, kind: String) {
    switch error {
    case .malformedName, .malformedRef, .unexpectedFile, .duplicateUpdate, .wrongLock, .zeroID,
      .malformedMessage,
      .malformedAgent, .malformedTime, .malformedReflog, .malformedPendingRecord:
      (3, "refs")
    case .absent, .revision: (6, "no-such-revision")
    case .unexpectedValue, .busy, .unstable: (7, "busy")
    case .commitFailed, .disk: (1, "disk")
    }
  }

  @Test func refErrorsHaveWords() throws {
    for error in try Self.refErrors() {
      check(error, Self.expected(error))
    }
  }
}
