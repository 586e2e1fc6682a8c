import Disk
import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

struct FsckTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  private func check(_ roots: [ObjectID], limit: Int64 = .max) throws -> Fsck.Report {
    try Fsck.check(store.open(), snapshots: roots, limit: limit)
  }

  @Test func wholeStoreHasNoFindings() throws {
    let snapshot = try store.commitSnapshot(of: try store.commitTree(["a": "1", "d/b": "2"]))
    #expect(try check([snapshot]) == Fsck.Report(objectCount: 5, findings: []))
  }

  @Test func emptyStoreHasNoFindings() throws {
    #expect(try check([]) == Fsck.Report(objectCount: 0, findings: []))
  }

  @Test func missingObjectsAreToldWithTheirUse() throws {
    let root = try store.commitTree(["a": "1"])
    let first = try store.commitSnapshot(of: root)
    let second = try store.commitSnapshot(of: root, parent: first)
    try Damage.missing.apply(to: first, in: store)
    try Damage.missing.apply(to: root, in: store)
    let findings = try check([second]).findings
    let expected = [(first, Reachability.Use.snapshot), (root, .tree)].sorted { $0.0 < $1.0 }
      .map { Fsck.Finding.missing($0.0, $0.1) }
    #expect(findings == expected + [.dangling(ObjectID(hashing: Array("1".utf8)))])
  }

  @Test func objectHeldOnlyByALenderIsMissing() throws {
    let lender = try TestStore("lender")
    let root = try lender.commitTree(["a": "1"])
    try store.scratch.write("objects/info/alternates", text: lender.objects.path.string + "\n")
    let snapshot = try store.commitSnapshot(of: root)
    let findings = try check([snapshot]).findings
    #expect(Set(findings.map { "\($0)" }).count == 2)
    #expect(findings.allSatisfy { if case .missing = $0 { true } else { false } })
  }

  @Test func provenObjectThatIsNoTreeIsMalformed() throws {
    let text = try store.commit("not a tree")
    let snapshot = try store.commitSnapshot(of: text)
    #expect(try check([snapshot]).findings == [.malformed(text, .malformed(text, .missingHeader))])
  }

  @Test func wrongSizeInATreeIsDamage() throws {
    let id = try store.commit("hello")
    let tree = try Tree([Tree.Entry(kind: .blob, size: 6, id: id, name: "a")]).encoded()
    let snapshot = try store.commitSnapshot(of: try store.commit([tree])[0])
    let path = try store.open().loose.path(of: id)
    #expect(
      try check([snapshot]).findings
        == [.damaged(id, .corrupt(id, path, .wrongSize(expected: 6, found: 5)))]
    )
  }

  @Test func whatIsNoDamageIsToldAfterIt() throws {
    let dangling = try store.commit("dangling")
    let snapshot = try store.commitSnapshot(of: try store.commitTree(["a": "1"]))
    let broken = ObjectID(hashing: Array("1".utf8))
    try store.plant([], as: broken)
    try store.scratch.makeFolder("objects/tmp_incoming-1")
    try store.scratch.write("objects/info/alternates", text: "/gone\n")
    let report = try check([snapshot])
    let folder = try store.open().folder.path
    let path = try store.open().loose.path(of: broken)
    #expect(
      report.findings == [
        .damaged(broken, .corrupt(broken, path, .encoding(.truncated))),
        .dangling(dangling), .leftover(folder.appending("tmp_incoming-1")),
        .unavailableAlternate("/gone"),
      ]
    )
    #expect(report.findings.map(\.isDamage) == [true, false, false, false])
    #expect(report.objectCount == 4)
  }

  @Test func danglingBombIsInflatedUpToTheLimitOnly() throws {
    let id = try store.commit("hello")
    try Damage.bomb.apply(to: id, in: store)
    // No tree states its size, so nothing says that it is damaged.
    #expect(try check([], limit: 1 << 20).findings == [.dangling(id)])
  }
}
