import Disk
import Dispatch
import ObjectStore
import Refs
import Synchronization
import SystemPackage
import Testing

/// `flock` is between open file descriptions, so threads here stand for processes.
@Suite(.timeLimit(.minutes(10))) struct RaceTests {
  let cache: TestCache

  init() throws {
    cache = try TestCache()
  }

  /// Runs the body on so many threads at once and returns what they threw.
  private func inParallel(_ count: Int, _ body: @Sendable (Int) throws -> Void) -> [any Error] {
    let errors = Mutex<[any Error]>([])
    DispatchQueue.concurrentPerform(iterations: count) { index in
      do { try body(index) } catch { errors.withLock { $0.append(error) } }
    }
    return errors.withLock { $0 }
  }

  /// Sets the ref in use from whatever it is to the next number.
  private func increment() throws {
    let lock = try cache.lock(timeout: .seconds(60))
    let value = try cache.store.find(cache.used)
    let number = try cache.store.reflog(of: cache.used).entries.count + 1
    let transaction = try RefTransaction.prepare(
      [RefUpdate(cache.used, expecting: value.map(Expected.id) ?? .absent, .set(id(number)))],
      note: note(),
      vouchedBy: NoNotary(),
      lock: lock,
      on: PosixDisk()
    )
    try transaction.commit(lock: lock)
  }

  @Test func noUpdateIsLostUnderTheLock() throws {
    let errors = inParallel(4) { _ in for _ in 0..<15 { try increment() } }
    #expect(errors.isEmpty)
    #expect(try cache.store.find(cache.used) == id(60))
    let entries = try cache.store.reflog(of: cache.used).entries
    #expect(entries.map(\.new) == (1...60).reversed().map(id))
    #expect(entries.map(\.old) == (1..<60).reversed().map(id) + [nil])
  }

  @Test func readersSeeRefAndReflogTogetherWhileAWriterIsAtWork() throws {
    let isDone = Mutex(false)
    let errors = inParallel(3) { index in
      if index == 0 {
        defer { isDone.withLock { $0 = true } }
        for _ in 0..<60 { try increment() }
        return
      }
      var last = 0
      while !isDone.withLock({ $0 }) {
        let reflog = try cache.store.reflog(of: cache.used)
        let entries = try reflog.entries
        #expect(entries.first?.new == reflog.value)
        #expect(entries.count >= last)
        last = entries.count
        #expect(try cache.store.list(.registries).count <= 1)
      }
    }
    #expect(errors.isEmpty)
    #expect(try cache.store.reflog(of: cache.used).entries.count == 60)
  }

  @Test func oneOfManyWinsWhatMustBeAbsent() throws {
    let winners = Mutex(0)
    let errors = inParallel(8) { index in
      let lock = try cache.lock(timeout: .seconds(60))
      let transaction = try RefTransaction.prepare(
        [RefUpdate(cache.used, expecting: .absent, .set(id(index)))],
        note: note(),
        vouchedBy: NoNotary(),
        lock: lock,
        on: PosixDisk()
      )
      try transaction.commit(lock: lock)
      winners.withLock { $0 += 1 }
    }
    #expect(winners.withLock { $0 } == 1)
    #expect(errors.count == 7)
    for error in errors {
      guard case .unexpectedValue(cache.used, .absent, .some) = error as? RefError else {
        Issue.record(error)
        return
      }
    }
  }

  @Test func registriesChangeSideBySide() throws {
    let names = (0..<6).map { "registry-\($0)" }
    let source = cache.source
    let errors = inParallel(names.count) { index in
      let lock = try cache.lock(names[index])
      for number in 0..<5 {
        let transaction = try RefTransaction.prepare(
          [
            RefUpdate(.registry(lock.registry), expecting: .any, .set(id(number))),
            RefUpdate(source, expecting: .any, .set(id(index))),
          ],
          note: note(),
          vouchedBy: NoNotary(),
          lock: lock,
          on: PosixDisk()
        )
        try transaction.commit(lock: lock)
      }
    }
    #expect(errors.isEmpty)
    #expect(try cache.store.list(.registries).map(\.name.lastComponent) == names)
    #expect(try cache.store.list(.registries).allSatisfy { $0.id == id(4) })
    #expect(try cache.store.find(source) != nil)
  }

  @Test func exclusiveStoreLockIsAlone() throws {
    let inside = Mutex((shared: 0, exclusive: 0))
    let folder = cache.folder
    let errors = inParallel(6) { index in
      for _ in 0..<10 {
        let mode: FileLock.Mode = index == 0 ? .exclusive : .shared
        let lock = try StoreLock.acquire(in: folder, mode, timeout: .seconds(60))
        inside.withLock {
          if lock.mode == .exclusive { $0.exclusive += 1 } else { $0.shared += 1 }
          #expect($0.exclusive == 0 || $0.shared == 0)
        }
        inside.withLock { if lock.mode == .exclusive { $0.exclusive -= 1 } else { $0.shared -= 1 } }
      }
    }
    #expect(errors.isEmpty)
  }
}
