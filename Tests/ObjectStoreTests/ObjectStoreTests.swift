import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

@Suite(.timeLimit(.minutes(10))) struct ObjectStoreTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  @Test func objectLiesWhereTheFormatSays() throws {
    let id = try store.commit("hello")
    #expect(id.description == ObjectIDTests.digits)
    #expect(try store.names() == ["2c"])
    #expect(try store.names("objects/2c") == [String(ObjectIDTests.digits.dropFirst(2))])
    let attributes = try #require(try store.open().findAttributes(id))
    #expect(attributes.mode == 0o444)
    #expect(attributes.kind == .file)
  }

  @Test func idsAreSortedAndPassOverOtherNames() throws {
    let ids = try store.commit((0..<20).map { [UInt8($0)] })
    try store.scratch.write("objects/ab/README", text: "")
    try store.scratch.write("objects/AB/" + String(repeating: "0", count: 62), text: "")
    try store.scratch.write("objects/info/alternates", text: "")
    #expect(try store.open().ids() == ids.sorted())
  }

  @Test func treesAndSnapshotsAreReadAsSuchOnly() throws {
    let root = try store.commitTree(["a": "1"])
    let snapshot = try store.commitSnapshot(of: root)
    let opened = try store.open()
    #expect(try opened.readTree(root).entries.map(\.name) == ["a"])
    #expect(try opened.readSnapshot(snapshot).tree == root)
    #expect(throws: ObjectStoreError.malformed(snapshot, .missingHeader)) { try opened.readTree(snapshot) }
    #expect(throws: ObjectStoreError.malformed(root, .missingHeader)) { try opened.readSnapshot(root) }
    #expect(throws: ObjectStoreError.missing(TreeTests.anyID)) { try opened.readTree(TreeTests.anyID) }
  }

  @Test func snapshotLargerThanAnyIsNotInflated() throws {
    let id = try store.commit([[UInt8](repeating: 0, count: 1 << 20)])[0]
    let opened = try store.open()
    let limit = Snapshot.maximumPayloadBytes
    #expect(
      throws: ObjectStoreError.corrupt(id, opened.loose.path(of: id), .encoding(.tooLarge(limit: limit)))
    ) {
      try opened.readSnapshot(id)
    }
  }

  @Test func inspectionSeesThePayload() throws {
    let id = try store.commit("hello")
    var seen: [UInt8] = []
    try store.open().verify(id, size: 5) { bytes in
      bytes.withUnsafeBytes { seen.append(contentsOf: $0) }
    }
    #expect(seen == Array("hello".utf8))
  }

  @Test func storeIsReadByManyThreads() throws {
    let payloads = (0..<40).map { [UInt8](repeating: UInt8($0), count: $0 * 100) }
    let ids = try store.commit(payloads)
    let opened = try store.open()
    try Parallel.forEach(count: 400) { index throws(ObjectStoreError) in
      let payload = payloads[index % 40]
      let read = try opened.read(ids[index % 40], size: Int64(payload.count), limit: 0)
      if read != payload { throw .missing(ids[index % 40]) }
    }
  }
}
