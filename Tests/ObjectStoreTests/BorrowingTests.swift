import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// How an object gets from one store into another.
struct BorrowingTests {
  private let store: TestStore
  private let lender: TestStore
  private let id: ObjectID

  init() throws {
    store = try TestStore("Borrower")
    lender = try TestStore("Lender")
    id = try lender.commit("hello")
    try store.scratch.write("objects/info/alternates", text: "\(lender.objects.path)\n")
  }

  private func borrow(on disk: (any Disk)? = nil) throws {
    let batch = try ObjectBatch(store: store.open(disk))
    let size = try batch.borrow(id, limit: 100)
    #expect(size == 5)
    try batch.commit()
    #expect(try store.open().read(id, size: 5, limit: 5) == Array("hello".utf8))
  }

  private func inode(_ place: TestStore) throws -> UInt64 {
    let number = try FileManager.default.attributesOfItem(atPath: place.path(id))[.systemFileNumber]
    return try #require(number as? UInt64)
  }

  private func mode(_ place: TestStore) throws -> Int {
    let mode = try FileManager.default.attributesOfItem(atPath: place.path(id))[.posixPermissions]
    return try #require(mode as? Int)
  }

  /// Whether this file system shares content between files: then nothing is linked.
  private func canClone() throws -> Bool {
    let folder = try Folder.open(store.scratch.makeFolder("clone"))
    try store.scratch.write("clone/a", text: "a")
    let file = try PosixDisk().createFile("b", in: folder, mode: 0o644)
    guard let source = try folder.findFile("a") else { return false }
    do {
      try PosixDisk().clone(source, into: file)
      return true
    } catch {
      #expect(error.isUnsupported, "\(error)")
      return false
    }
  }

  @Test func ownFileIsLinkedAndOutlivesTheLender() throws {
    try borrow()
    let isShared = try inode(store) == inode(lender)
    #expect(try isShared || canClone())
    #expect(try mode(store) == 0o444)
    try FileManager.default.removeItem(atPath: lender.objects.path.string)
    #expect(try store.open().read(id, size: 5, limit: 5) == Array("hello".utf8))
    let report = try Fsck.check(store.open(), snapshots: [ObjectID]())
    #expect(report.findings.filter(\.isDamage).isEmpty)
  }

  @Test(arguments: [0o644, 0o464, 0o446, 0o4444])
  func fileThatSomebodyMayWriteToIsCopied(mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: lender.path(id))
    try borrow()
    #expect(try inode(store) != inode(lender))
    #expect(try self.mode(store) == 0o444)
  }

  @Test func fileOfAnotherUserIsCopied() throws {
    // Only root can give a file away, and so be lent one that is not its own.
    guard geteuid() == 0 else { return }
    try FileManager.default.setAttributes([.ownerAccountID: 4321], ofItemAtPath: lender.path(id))
    try borrow()
    #expect(try inode(store) != inode(lender))
  }

  @Test(arguments: [Errno.improperLink, .notPermitted, .tooManyLinks, .noFunction, .notSupported])
  func whereNothingCanBeSharedItIsCopied(code: Errno) throws {
    try borrow(on: UnflushedDisk(sharingFails: code))
    #expect(try inode(store) != inode(lender))
    #expect(try mode(store) == 0o444)
    #expect(try store.quarantines().isEmpty)
  }

  @Test func damagedFileIsNeitherLinkedNorCopied() throws {
    for damage in Damage.allCases {
      try damage.apply(to: id, in: lender)
      let batch = try ObjectBatch(store: store.open())
      #expect(try batch.borrow(id, limit: 100) == nil, "\(damage)")
      #expect(try batch.quarantine.names().isEmpty, "\(damage)")
      try batch.discard()
      try lender.commit("hello")
    }
  }

  @Test func changedAfterItWasLinkedIsFoundWhenRead() throws {
    try borrow()
    guard try inode(store) == inode(lender) else { return }
    // Whoever owns the file can always do this; it must never be handed out.
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: lender.path(id))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: lender.path(id)))
    try handle.write(contentsOf: Data([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]))
    try handle.close()
    #expect(throws: ObjectStoreError.self) { try store.open().read(id, size: 5, limit: 5) }
  }

  @Test func linkThatCannotBeWrittenIsAFailure() throws {
    store.disk.arm(nil, recording: true)
    try borrow(on: store.disk)
    let link = try #require(store.disk.operations.firstIndex { $0.hasPrefix("link open file") })
    try FileManager.default.removeItem(atPath: store.path(id))
    store.disk.arm(.call(link + 1, .noSpace))
    #expect(throws: ObjectStoreError.self) {
      let batch = try ObjectBatch(store: store.open(store.disk))
      _ = try batch.borrow(id, limit: 100)
    }
  }

  @Test func namesWithLineBreaksCannotBeListed() {
    #expect(!AlternatesList.canHold("/a\nb") && !AlternatesList.canHold("relative"))
    #expect(AlternatesList.canHold("/a b"))
  }

  @Test func listReadsBackAsWritten() throws {
    let paths: [FilePath] = ["/one", "/two words"]
    try AlternatesList.write(paths.map(AlternatesList.Line.init), in: store.objects, disk: PosixDisk())
    #expect(try AlternatesList.read(in: store.objects) == paths)
    try AlternatesList.write([], in: store.objects, disk: PosixDisk())
    #expect(try store.names("objects/info").isEmpty)
  }
}
