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

  @Test func everySummaryIsOneOfAKindInLowerCaseWithoutAFullStop() throws {
    let summaries = try Self.all().map(\.summary)
    for summary in summaries {
      #expect(!summary.isEmpty)
      #expect(!summary.hasSuffix("."))
      #expect(summary.first?.isUppercase == false)
    }
    #expect(Set(summaries).count == summaries.count)
  }

  @Test func summaryNamesSubjectAndCause() throws {
    let ref = RefName.registry(try RefComponent("acme"))
    #expect(
      RefError.unexpectedValue(ref, expected: .id(id(1)), found: nil).summary
        == "the ref 'registries/acme' is absent, expected was \(id(1))"
    )
    #expect(
      RefError.revision("ab", .tooShort).summary == "revision 'ab': a prefix needs at least 4 digits"
    )
    #expect(
      RefError.disk(DiskError(.write, "/x", .noSpace)).summary
        == "cannot write '/x': \(Errno.noSpace)"
    )
  }

  @Test func onlyWaitingHelpsAgainstOtherProcesses() throws {
    let retryable = try Self.all().filter(\.isRetryable)
    #expect(retryable.count == 2)
  }
}
