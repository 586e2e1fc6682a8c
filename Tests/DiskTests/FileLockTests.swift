import Disk
import Dispatch
import Foundation
import Synchronization
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(10))) struct FileLockTests {
  let test: TestFolder

  init() throws {
    test = try TestFolder()
  }

  /// How the lock is not got; nil when it is.
  private func failure(
    _ mode: FileLock.Mode,
    _ name: FileName = "lock",
    timeout: Duration = .zero
  ) -> FileLock.Failure? {
    do {
      _ = try FileLock.acquire(name, in: test.folder, mode, timeout: timeout)
      return nil
    } catch {
      return error
    }
  }

  private func isBusy(_ failure: FileLock.Failure?) -> Bool {
    if case .busy(test.folder.path.appending("lock"), _) = failure { true } else { false }
  }

  @Test func exclusiveLockShutsOutEveryone() throws {
    let lock = try FileLock.acquire("lock", in: test.folder, .exclusive, timeout: .zero)
    #expect(isBusy(failure(.exclusive)))
    #expect(isBusy(failure(.shared)))
    _ = consume lock
    #expect(failure(.exclusive) == nil)
    #expect(failure(.shared) == nil)
    #expect(try test.paths() == ["lock"])
  }

  @Test func sharedLockShutsOutExclusiveOnesOnly() throws {
    let lock = try FileLock.acquire("lock", in: test.folder, .shared, timeout: .zero)
    #expect(failure(.shared) == nil)
    #expect(isBusy(failure(.exclusive)))
    _ = consume lock
    #expect(failure(.exclusive) == nil)
  }

  @Test func locksOfDifferentNamesAreIndependent() throws {
    let lock = try FileLock.acquire("lock", in: test.folder, .exclusive, timeout: .zero)
    #expect(failure(.exclusive, "other") == nil)
    _ = consume lock
  }

  @Test func waitingEndsAfterTheTimeout() throws {
    let lock = try FileLock.acquire("lock", in: test.folder, .exclusive, timeout: .zero)
    let start = ContinuousClock.now
    guard case .busy(_, let waited) = failure(.shared, timeout: .milliseconds(50)) else {
      Issue.record("is held")
      return
    }
    #expect(waited >= .milliseconds(50))
    #expect(ContinuousClock.now - start >= .milliseconds(50))
    _ = consume lock
  }

  @Test func waiterIsToldOnceAndThenGetsTheLock() throws {
    var held: FileLock? = try FileLock.acquire("lock", in: test.folder, .exclusive, timeout: .zero)
    var waits = 0
    let lock = try FileLock.acquire("lock", in: test.folder, .exclusive, timeout: .seconds(10)) {
      waits += 1
      held = nil
    }
    #expect(waits == 1)
    #expect(isBusy(failure(.shared)))
    _ = consume lock
    _ = consume held
  }

  @Test func freeLockIsGotWithoutBeingToldToWait() throws {
    _ = try FileLock.acquire("lock", in: test.folder, .exclusive, timeout: .zero) {
      Issue.record("nobody holds it")
    }
  }

  @Test func oneOfManyThreadsIsInsideAtATime() throws {
    let inside = Mutex(0)
    let total = Mutex(0)
    let folder = test.folder
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      for _ in 0..<10 {
        do {
          let lock = try FileLock.acquire("lock", in: folder, .exclusive, timeout: .seconds(60))
          inside.withLock { $0 += 1 }
          #expect(inside.withLock { $0 } == 1)
          total.withLock { $0 += 1 }
          inside.withLock { $0 -= 1 }
          _ = consume lock
        } catch {
          Issue.record(error)
        }
      }
    }
    #expect(total.withLock { $0 } == 40)
  }

  // MARK: Links and special files

  @Test(arguments: ["target", "nowhere"])
  func linkIsNotFollowed(target: String) throws {
    try test.write("", to: "target")
    try test.link("lock", to: target)
    guard case .disk(let error) = failure(.exclusive) else {
      Issue.record("a link was locked")
      return
    }
    #expect(error.isWrongKind)
    #expect(throws: FileLock.Failure.disk(error)) {
      _ = try FileLock.acquireForReading("lock", in: test.folder, timeout: .zero)
    }
    #expect(test.text(at: "nowhere") == nil)
  }

  @Test func specialFileOrFolderIsRefused() throws {
    try test.makeFIFO("lock")
    try test.makeFolder("folder")
    for name in [FileName("lock"), "folder", "..", "."] {
      guard case .disk = failure(.exclusive, name) else {
        Issue.record("\(name) was locked")
        continue
      }
      #expect(throws: FileLock.Failure.self) {
        _ = try FileLock.acquireForReading(name, in: test.folder, timeout: .zero)
      }
    }
  }

  // MARK: Reading

  @Test func readerMakesNoFile() throws {
    let lock = try FileLock.acquireForReading("lock", in: test.folder, timeout: .zero)
    switch consume lock {
    case .some: Issue.record("there is nothing to lock")
    case .none: break
    }
    #expect(try test.paths().isEmpty)
  }

  @Test func readerSharesTheLockAndWaitsForAnExclusiveOne() throws {
    try test.write("", to: "lock")
    let reading = try FileLock.acquireForReading("lock", in: test.folder, timeout: .zero)
    #expect(failure(.shared) == nil)
    #expect(isBusy(failure(.exclusive)))
    _ = consume reading
    let writing = try FileLock.acquire("lock", in: test.folder, .exclusive, timeout: .zero)
    do {
      _ = try FileLock.acquireForReading("lock", in: test.folder, timeout: .zero)
      Issue.record("is held")
    } catch {
      #expect(isBusy(error))
    }
    _ = consume writing
  }

  @Test func readerLocksAFileItMayOnlyRead() throws {
    try test.write("", to: "lock")
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: test.path("lock"))
    let lock = try FileLock.acquireForReading("lock", in: test.folder, timeout: .zero)
    switch consume lock {
    case .some: break
    case .none: Issue.record("it can be read")
    }
  }

  /// A program that is started while a lock is held has its descriptor from the fork to the exec: here it keeps it.
  @Test(arguments: [FileLock.Mode.shared, .exclusive])
  func programThatWasStartedMeanwhileKeepsNoLock(mode: FileLock.Mode) throws {
    let lock = try FileLock.acquire("lock", in: test.folder, mode, timeout: .zero)
    let child = try startHolder()
    defer {
      kill(child, SIGKILL)
      waitpid(child, nil, 0)
    }
    #expect(isBusy(failure(.exclusive)))
    _ = consume lock
    #expect(failure(.exclusive) == nil)
    #expect(kill(child, 0) == 0)
  }

  /// Starts a program that inherits the lock's descriptor, and ends when it is killed.
  private func startHolder() throws -> pid_t {
    var wanted = stat()
    try #require(stat(test.path("lock"), &wanted) == 0)
    let (device, file) = (wanted.st_dev, wanted.st_ino)
    let found = (3..<CInt(4096)).first { descriptor in
      var status = stat()
      return fstat(descriptor, &status) == 0 && status.st_dev == device && status.st_ino == file
    }
    // A duplicate is of the same open file, and is not closed by exec.
    let inherited = dup(try #require(found))
    try #require(inherited >= 0)
    defer { close(inherited) }
    let words: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60")]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    try #require(posix_spawn(&child, "/bin/sleep", nil, nil, words + [nil], [nil]) == 0)
    return child
  }

  @Test func processThatIsKilledLeavesNoLock() throws {
    try test.write("", to: "lock")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["flock", "--no-fork", test.path("lock"), "sh", "-c", "echo locked; exec cat"]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = Pipe()
    try process.run()
    let said = output.fileHandleForReading.availableData
    // Without util-linux's flock there is nothing to test here.
    guard said == Data("locked\n".utf8) else { return }
    #expect(isBusy(failure(.exclusive)))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(failure(.exclusive) == nil)
  }
}
