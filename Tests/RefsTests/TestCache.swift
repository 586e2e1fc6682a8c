import Disk
import Foundation
import ObjectStore
import Refs
import SystemPackage
import TestSupport

/// A cache folder of one test, with shorthands for looking into it past the code under test.
struct TestCache {
  /// Holds the cache, and beside it what the faulty disk keeps.
  let scratch: ScratchFolder
  let folder: Folder
  let disk: FaultyDisk
  let registry: RefComponent

  init() throws {
    scratch = try ScratchFolder("Refs")
    folder = try Folder.open(scratch.makeFolder("cache"))
    disk = FaultyDisk(aside: try Folder.open(scratch.makeFolder("aside")))
    registry = try RefComponent("acme")
  }

  var store: RefStore { RefStore(cache: folder) }
  var used: RefName { .registry(registry) }
  var synced: RefName { .synced(registry) }
  var source: RefName { .source(id(99)) }

  /// Takes a registry's lock; waits, as a child of another test may hold it between fork and exec.
  func lock(_ name: String = "acme", timeout: Duration = .seconds(10)) throws -> RegistryLock {
    let store = try StoreLock.acquire(in: folder, .shared, timeout: timeout)
    return try RegistryLock.acquire(
      RefComponent(name),
      holding: store,
      on: PosixDisk(),
      timeout: timeout
    )
  }

  /// Runs a transaction from preparing to committing under a lock of its own.
  func update(
    _ updates: [RefUpdate],
    message: String = "sync",
    vouchedBy notary: any Notary = NoNotary(),
    on other: (any Disk)? = nil
  ) throws {
    let lock = try lock()
    let transaction = try RefTransaction.prepare(
      updates,
      note: note(message),
      vouchedBy: notary,
      lock: lock,
      on: other ?? disk
    )
    try transaction.commit(lock: lock)
  }

  // MARK: Files

  private func url(_ path: String) -> URL {
    URL(filePath: folder.path.string).appending(path: path)
  }

  func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path)
  }

  func write(_ bytes: [UInt8], to path: String) throws {
    try makeFolder(url(path).deletingLastPathComponent())
    try Data(bytes).write(to: url(path))
  }

  func link(_ path: String, to target: String) throws {
    try makeFolder(url(path).deletingLastPathComponent())
    try FileManager.default.createSymbolicLink(
      atPath: url(path).path,
      withDestinationPath: target
    )
  }

  func text(at path: String) throws -> String? {
    guard FileManager.default.fileExists(atPath: url(path).path) else { return nil }
    return String(decoding: try Data(contentsOf: url(path)), as: UTF8.self)
  }

  func remove(_ path: String) throws {
    try FileManager.default.removeItem(at: url(path))
  }

  /// Every path in the cache, sorted.
  func paths() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path.string).sorted()
  }

  private func makeFolder(_ url: URL) throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }
}

/// An id that is easy to tell from others: its last digits are the number.
func id(_ number: Int) -> ObjectID {
  let digits = String(number, radix: 16)
  guard let id = ObjectID(hex: "a" + String(repeating: "0", count: 63 - digits.count) + digits) else {
    preconditionFailure("\(number) makes no id")
  }
  return id
}

func note(_ message: String = "sync") throws -> ReflogNote {
  try ReflogNote(agentVersion: "1.0.0", seconds: 1_700_000_000, message: message)
}

/// What a call throws; `#expect(throws:)` cannot be used where a non-copyable value is in play.
func thrown(_ body: () throws -> Void) -> RefError? {
  do {
    try body()
    return nil
  } catch {
    return error as? RefError
  }
}

let zeros = String(repeating: "0", count: 64)

/// A notary for tests: a digest over a secret, kind and bytes.
struct TestNotary: Notary {
  var secret = "this machine"

  func voucher(for bytes: [UInt8], as kind: VoucherKind) -> Voucher? {
    Voucher(hex: ObjectID(hashing: Array("\(secret)\n\(kind.name)\n".utf8) + bytes).description)
  }

  func isRight(_ voucher: Voucher, for bytes: [UInt8], as kind: VoucherKind) -> Bool {
    voucher == self.voucher(for: bytes, as: kind)
  }
}
