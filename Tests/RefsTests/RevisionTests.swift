import ObjectStore
import Refs
import Testing

struct RevisionTests {
  /// Snapshots 1 to `count`, each the parent of the next.
  struct History: RevisionContext {
    struct Unreadable: Error, Equatable {}

    var count = 10
    var current: ObjectID? = id(8)
    var latest: ObjectID? = id(10)
    var lines: [ReflogEntry] = []
    var trimmedBelow = 1
    var versions: [String: [ObjectID]] = [:]
    var more: [ObjectID] = []
    var isUnreadable = false

    func parent(of id: ObjectID) throws(Unreadable) -> SnapshotParent {
      if isUnreadable { throw Unreadable() }
      let number = (1...count).first { RefsTests.id($0) == id } ?? 1
      if number == 1 { return .none }
      return number <= trimmedBelow ? .trimmed : .snapshot(RefsTests.id(number - 1))
    }

    func snapshots() throws(Unreadable) -> [ObjectID] {
      if isUnreadable { throw Unreadable() }
      return (1...count).map { RefsTests.id($0) } + more
    }

    func reflog(_ count: Int) throws(Unreadable) -> [ReflogEntry] { Array(lines.prefix(count)) }

    func findSnapshot(withVersion version: String) throws(Unreadable) -> ObjectID? {
      if isUnreadable { throw Unreadable() }
      return versions[version]?.first
    }
  }

  private func resolve(_ text: String, _ history: History = History()) throws -> ObjectID {
    do {
      return try Revision(parsing: text).resolve(in: history)
    } catch let error as RevisionFailure<History.Unreadable> {
      switch error {
      case .revision(let problem): throw problem
      case .history(let cause): throw cause
      }
    }
  }

  private func problem(_ text: String, _ history: History = History()) -> RevisionProblem? {
    let error = thrown { _ = try resolve(text, history) }
    guard case .revision(text, let problem) = error else { return nil }
    return problem
  }

  private func reflog(_ numbers: [Int]) throws -> [ReflogEntry] {
    try numbers.map { ReflogEntry(old: nil, new: id($0), note: try note()) }
  }

  @Test(arguments: [
    ("latest", 10), ("current", 8), ("latest~0", 10), ("latest~", 9), ("latest~1", 9), ("latest~~", 8),
    ("latest~2~1", 7), ("latest~~3", 6), ("~", 7), ("~3", 5), ("~2~", 5), ("current~07", 1), ("~0", 8),
    ("\(id(5))", 5), ("\(id(5))~2", 3), ("@{0}", 8), ("@{0}~1", 7),
  ])
  func revisionNamesASnapshot(text: String, number: Int) throws {
    #expect(try resolve(text) == id(number))
  }

  @Test func reflogNumberIsSoManyChangesAgo() throws {
    var history = History()
    history.lines = try reflog([8, 3, 5])
    #expect(try resolve("@{0}", history) == id(8))
    #expect(try resolve("@{1}", history) == id(3))
    #expect(try resolve("@{2}", history) == id(5))
    #expect(try resolve("@{2}~1", history) == id(4))
    #expect(problem("@{3}", history) == .reflogTooShort(available: 3))
    #expect(problem("@{1}") == .reflogTooShort(available: 1))
    history.lines = []
    history.current = nil
    #expect(problem("@{1}", history) == .reflogTooShort(available: 0))
    #expect(problem("@{0}", history) == .unknown)
  }

  @Test func versionIsTheNewestWithIt() throws {
    var history = History()
    history.versions = ["1.2.3-rc.1+b": [id(6), id(4)]]
    #expect(try resolve("v1.2.3-rc.1+b", history) == id(6))
    #expect(try resolve("v1.2.3-rc.1+b~1", history) == id(5))
    #expect(problem("v1.2.3", history) == .unknown)
  }

  @Test func prefixMustBeUnique() throws {
    var history = History()
    let one = try #require(ObjectID(hex: "bcde" + String(repeating: "1", count: 60)))
    let two = try #require(ObjectID(hex: "bcde" + String(repeating: "2", count: 60)))
    history.more = [two, one, two]
    #expect(try resolve("bcde2", history) == two)
    #expect(try resolve("BCDE1", history) == one)
    #expect(try resolve("\(one)", history) == one)
    #expect(problem("bcde", history) == .ambiguous([one, two]))
    #expect(problem("bcd", history) == .tooShort)
    #expect(problem("bcdf", history) == .unknown)
    #expect(problem("\(id(11))", history) == .unknown)
  }

  @Test func prefixReachesFromItsFirstToItsLastId() throws {
    var history = History()
    let first = try #require(ObjectID(hex: "bcde" + String(repeating: "0", count: 60)))
    let last = try #require(ObjectID(hex: "bcde" + String(repeating: "f", count: 60)))
    history.more = [first]
    #expect(try resolve("bcde", history) == first)
    history.more = [last]
    #expect(try resolve("bcde", history) == last)
  }

  @Test(arguments: [
    "", " ", "x", "Latest", "HEAD", "latest ", " latest", "latest~-1", "latest~+1", "latest~x", "latest~1 ",
    "latest^", "@", "@{", "@{}", "@{-1}", "@{x}", "@{1}x", "@1", "{1}", "latest@{1}", "v", "v~1", "vx",
    "v1 2",
    "v1.2~", "v1/2", "ghij", "abcg", "0x1234", "~{1}", "latest\n", "latest~1\u{301}", "latest~\u{301}1",
    "@{1\u{301}}", "v1\u{301}", "abcd\u{301}", "~٣", String(repeating: "a", count: 65),
  ])
  func otherTextIsMalformed(text: String) {
    // `v1.2~` is a form of its own, only of a version that is unknown.
    #expect(problem(text) == (text == "v1.2~" ? .unknown : .malformed))
  }

  @Test(arguments: [
    "~1000001", "~1000000~1", "~999999999999999999999999", "@{1000001}", "@{99999999999999999999}",
    String(repeating: "~", count: 1_000_001),
  ])
  func numberAboveAMillionIsRefused(text: String) {
    #expect(problem(text) == .numberTooLarge)
  }

  @Test func millionStepsAreWalked() throws {
    struct Endless: RevisionContext {
      var current: ObjectID? { id(1) }
      var latest: ObjectID? { nil }
      func reflog(_ count: Int) -> [ReflogEntry] { [] }
      func parent(of id: ObjectID) -> SnapshotParent { .snapshot(id) }
      func snapshots() -> [ObjectID] { [] }
      func findSnapshot(withVersion version: String) -> ObjectID? { nil }
    }
    #expect(try Revision(parsing: "~1000000").resolve(in: Endless()) == id(1))
  }

  @Test func historyEndsAtTheFirstSnapshotOrWhereItWasTrimmed() {
    #expect(problem("latest~10") == .noParent(of: id(1)))
    var history = History()
    history.trimmedBelow = 4
    #expect(problem("latest~7", history) == .trimmed(after: id(4)))
  }

  @Test(arguments: ["latest", "current", "~1", "@{0}"])
  func nothingSyncedMeansUnknown(text: String) {
    var history = History()
    history.latest = nil
    history.current = nil
    #expect(problem(text, history) == .unknown)
  }

  @Test(arguments: ["~1", "abcd", "v1.0.0"])
  func historyThatCannotBeReadIsItsOwnError(text: String) {
    var history = History()
    history.isUnreadable = true
    #expect(throws: History.Unreadable()) { try resolve(text, history) }
  }
}
