import Disk
import ObjectStore
import Refs
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(10))) struct LocksTests {
  let cache: TestCache

  init() throws {
    cache = try TestCache()
  }

  private func isBusy(_ error: RefError?, _ path: FilePath) -> Bool {
    if case .busy(path, _) = error { error?.isRetryable == true } else { false }
  }

  @Test func storeIsSharedByUsersAndExclusiveForGarbageCollection() throws {
    let path = cache.folder.path.appending("lock")
    do {
      let first = try StoreLock.acquire(in: cache.folder, .shared, timeout: .seconds(10))
      let second = try StoreLock.acquire(in: cache.folder, .shared, timeout: .seconds(10))
      #expect(first.mode == .shared)
      #expect(second.mode == .shared)
      let error = thrown { _ = try StoreLock.acquire(in: cache.folder, .exclusive, timeout: .zero) }
      #expect(isBusy(error, path))
    }
    let alone = try StoreLock.acquire(in: cache.folder, .exclusive, timeout: .seconds(10))
    #expect(alone.mode == .exclusive)
    let error = thrown { _ = try StoreLock.acquire(in: cache.folder, .shared, timeout: .zero) }
    #expect(isBusy(error, path))
    let reading = thrown { _ = try StoreLock.acquireForReading(in: cache.folder, timeout: .zero) }
    #expect(isBusy(reading, path))
  }

  @Test func readerWithoutALockFileGoesOnAndWritesNothing() throws {
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: .seconds(10))
    switch consume lock {
    case .some: Issue.record("there is nothing to lock")
    case .none: break
    }
    #expect(try cache.paths().isEmpty)
  }

  @Test func readerHoldsTheLockShared() throws {
    try cache.write("", to: "lock")
    let lock = try StoreLock.acquireForReading(in: cache.folder, timeout: .seconds(10))
    let error = thrown { _ = try StoreLock.acquire(in: cache.folder, .exclusive, timeout: .zero) }
    #expect(isBusy(error, cache.folder.path.appending("lock")))
    switch consume lock {
    case .some(let held): #expect(held.mode == .shared)
    case .none: Issue.record("the lock's file is there")
    }
  }

  @Test func registryLocksOfOneNameExcludeEachOther() throws {
    let lock = try cache.lock("acme")
    let error = thrown { _ = try cache.lock("acme", timeout: .zero) }
    #expect(isBusy(error, cache.folder.path.appending("state/acme.lock")))
    let other = try cache.lock("other")
    #expect(lock.registry.description == "acme")
    #expect(other.registry.description == "other")
  }

  @Test func lockIsFreeWhenItsValueIsGone() throws {
    for _ in 0..<3 { _ = try cache.lock() }
    #expect(try cache.paths() == ["lock", "state", "state/acme.lock"])
  }

  @Test func projectLockIsExclusiveAndNoRegistrys() throws {
    let registry = try cache.lock()
    let lock = try ProjectLock.acquire(in: cache.folder, on: cache.disk, timeout: .seconds(10))
    let error = thrown {
      _ = try ProjectLock.acquire(in: cache.folder, on: cache.disk, timeout: .zero)
    }
    #expect(isBusy(error, cache.folder.path.appending("state/project.lock")))
    _ = consume lock
    _ = try ProjectLock.acquire(in: cache.folder, on: cache.disk, timeout: .seconds(10))
    #expect(registry.registry.description == "acme")
  }

  @Test func waiterIsToldOnceAndGetsTheLockWhenItIsFree() async throws {
    var held: StoreLock? = try StoreLock.acquire(in: cache.folder, .exclusive, timeout: .seconds(10))
    var waits = 0
    let lock = try StoreLock.acquire(in: cache.folder, .shared, timeout: .seconds(10)) {
      waits += 1
      held = nil
    }
    #expect(waits == 1)
    #expect(lock.mode == .shared)
    switch consume held {
    case .some: Issue.record("was given up while waiting")
    case .none: break
    }
  }

  @Test(arguments: ["lock", "state", "state/acme.lock", "state/project.lock"])
  func linkInALocksPlaceIsRefused(place: String) throws {
    try cache.write("", to: "elsewhere/x")
    try cache.link(
      place,
      to: cache.folder.path.appending(place == "state" ? "elsewhere" : "elsewhere/x").string
    )
    let error =
      thrown { _ = try cache.lock(timeout: .zero) }
      ?? thrown { _ = try ProjectLock.acquire(in: cache.folder, on: cache.disk, timeout: .zero) }
    guard case .disk(let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause.isWrongKind)
  }
}
