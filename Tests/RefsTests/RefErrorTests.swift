import Disk
import ObjectStore
import Refs
import SystemPackage
import Testing

struct RefErrorTests {
  private static func all() throws -> [RefError] {
    let ref = RefName.registry(try RefComponent("acme"))
    let cause = DiskError(.write, "/x", .noSpace)
    let problems: [RevisionProblem] = [
      .malformed, .tooShort, .numberTooLarge, .unknown, .ambiguous([id(1), id(2)]), .noParent(of: id(1)),
      .trimmed(after: id(1)), .reflogTooShort(available: 2),
    ]
    return [
      .malformedName("x y"), .absent(ref), .malformedRef("/x"), .unexpectedFile("/x"),
      .unexpectedValue(ref, expected: .absent, found: id(1)),
      .unexpectedValue(ref, expected: .id(id(1)), found: nil), .duplicateUpdate(ref),
      .wrongLock(ref, held: try RefComponent("other")), .zeroID(ref),
      .commitFailed(ref: ref, moved: [], cause: cause),
      .commitFailed(ref: ref, moved: [ref], cause: cause), .malformedMessage("a\nb"), .malformedAgent(""),
      .malformedTime(-1), .malformedReflog("/x", line: 3), .malformedPendingRecord("/x"),
      .busy("/x", waited: .seconds(10)), .unstable(ref, attempts: 100), .disk(cause),
    ] + problems.map { .revision("x~1", $0) }
  }

  @Test func onlyWaitingHelpsAgainstOtherProcesses() throws {
    let retryable = try Self.all().filter(\.isRetryable)
    #expect(retryable.count == 2)
  }
}
