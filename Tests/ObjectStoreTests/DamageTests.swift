import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

#if canImport(Glibc)
  import Glibc
#endif

/// Every damage is named, and nothing damaged is handed out.
struct DamageTests {
  /// One that is stored as it is, one that is compressed, one that is too large to be read in one go.
  private static let sizes = [60, 9000, 1_100_000]
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  private func commit(_ count: Int) throws -> (id: ObjectID, payload: [UInt8]) {
    var generator = SeededGenerator(seed: UInt64(count))
    let payload = generator.text(count)
    return (try store.commit([payload])[0], payload)
  }

  private func expected(_ damage: Damage, _ id: ObjectID, size: Int64) throws -> [ObjectStoreError] {
    let path = try store.open().loose.path(of: id)
    func corrupt(_ damage: ObjectStoreError.Damage) -> ObjectStoreError { .corrupt(id, path, damage) }
    switch damage {
    case .missing: return [.missing(id)]
    case .empty, .cut: return [corrupt(.encoding(.truncated))]
    case .trailing: return [corrupt(.encoding(.trailingBytes))]
    case .bomb: return [corrupt(.encoding(.tooLarge(limit: size)))]
    case .presetDictionary, .uncompressed: return [corrupt(.encoding(.notZlib))]
    case .link, .pipe, .folder: return [corrupt(.wrongKind)]
    case .swapped: return [corrupt(.wrongHash(found: ObjectID(hashing: [1, 2, 3])))]
    // What a flipped bit does depends on where in the stream it is.
    case .flipped: return []
    }
  }

  @Test(arguments: Damage.allCases, sizes)
  func damageIsNamedAndNothingIsHandedOut(damage: Damage, count: Int) throws {
    let (id, payload) = try commit(count)
    let size = Int64(count)
    try damage.apply(to: id, in: store)
    let opened = try store.open()
    var failures: [ObjectStoreError?] = []
    failures.append(failure { () throws(ObjectStoreError) in _ = try opened.read(id, size: size, limit: 0) })
    failures.append(
      failure { () throws(ObjectStoreError) in _ = try opened.read(id, size: nil, limit: size) }
    )
    failures.append(failure { () throws(ObjectStoreError) in try opened.verify(id, size: size) })
    failures.append(
      failure { () throws(ObjectStoreError) in
        try opened.stream(id, size: size, restart: { () throws(DiskError) in }) { _ throws(DiskError) in }
      }
    )
    for error in failures {
      let error = try #require(error, "\(damage) was handed out")
      let expected = try expected(damage, id, size: size)
      if expected.isEmpty {
        guard case .corrupt(id, _, _) = error else {
          Issue.record("\(error)")
          continue
        }
      } else {
        #expect(expected.contains(error))
      }
    }
    // Nothing was reserved, or read, that the size does not allow.
    #expect(try store.commit([payload]) == [id])
    #expect(try store.open().read(id, size: size, limit: 0) == payload)
  }

  @Test(arguments: Damage.allCases)
  func fsckNamesEveryDamage(damage: Damage) throws {
    let root = try store.commitTree(["a.md": "hello", "b/c.md": "world"])
    let snapshot = try store.commitSnapshot(of: root)
    let id = ObjectID(hashing: Array("hello".utf8))
    try damage.apply(to: id, in: store)
    let findings = try Fsck.check(store.open(), snapshots: [snapshot]).findings
    #expect(findings.count == 1)
    if damage == .missing {
      #expect(findings == [.missing(id, .blob(size: 5))])
    } else {
      guard case .damaged(id, .corrupt(id, _, _)) = findings.first else {
        Issue.record("\(findings)")
        return
      }
    }
    #expect(findings.filter(\.isDamage).count == 1)
  }

  @Test func anyFlippedBitIsFoundUnlessThePayloadIsUnchanged() throws {
    let payload = Array("hello, hello, hello".utf8)
    let id = ObjectID(hashing: payload)
    let opened = try store.open()
    for bytes in [ObjectEncoder.encode(payload), ZlibTests.hello] {
      for bit in 0..<(bytes.count * 8) {
        var flipped = bytes
        flipped[bit / 8] ^= 1 << (bit % 8)
        try store.plant(flipped, as: id)
        let size: Int64? = bit.isMultiple(of: 2) ? nil : 19
        if let read = try? opened.read(id, size: size, limit: 1000) { #expect(read == payload) }
      }
    }
  }

  @Test func objectCutAtAnyLengthIsFound() throws {
    let (id, _) = try commit(9000)
    let bytes = try store.stored(id)
    let opened = try store.open()
    let truncated = try expected(.cut, id, size: 9000)[0]
    for count in stride(from: 0, to: bytes.count, by: 17) {
      try store.plant(Array(bytes[..<count]), as: id)
      #expect(throws: truncated) { try opened.verify(id, size: nil) }
      #expect(throws: truncated) { try opened.read(id, size: 9000, limit: 0) }
    }
  }

  @Test(arguments: [true, false])
  func fanOutFolderThatIsNoneIsNamed(isLink: Bool) throws {
    let root = try store.commitTree(["a.md": "hello"])
    let snapshot = try store.commitSnapshot(of: root)
    let id = ObjectID(hashing: Array("hello".utf8))
    let folder = store.scratch.path.appending("objects/2c").string
    try FileManager.default.moveItem(atPath: folder, toPath: store.scratch.path.appending("moved").string)
    if isLink {
      try Damage.link(to: "moved", at: folder, in: store)
    } else {
      try store.scratch.write("objects/2c", text: "")
    }
    let opened = try store.open()
    #expect(throws: ObjectStoreError.corrupt(id, opened.loose.path(of: id), .wrongKind)) {
      try opened.read(id, size: 5, limit: 0)
    }
    let findings = try Fsck.check(opened, snapshots: [snapshot]).findings
    #expect(findings == [.missing(id, .blob(size: 5)), .leftover(opened.folder.path.appending("2c"))])
  }

  #if os(Linux)
    @Test func socketInAnObjectsPlaceIsNamed() throws {
      let id = try store.commit("hello")
      try FileManager.default.removeItem(atPath: store.path(id))
      #expect(mknod(store.path(id), S_IFSOCK | 0o600, 0) == 0)
      let opened = try store.open()
      #expect(throws: ObjectStoreError.corrupt(id, opened.loose.path(of: id), .wrongKind)) {
        try opened.verify(id, size: 5)
      }
      #expect(try !opened.contains(id))
    }
  #endif
}
