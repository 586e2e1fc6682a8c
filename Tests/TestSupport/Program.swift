import Foundation
import Synchronization
package import SystemPackage

/// Runs the built `mmdos`, or another program, and collects what it says.
package struct Program: Sendable {
  /// How a run ended.
  package struct Result: Sendable {
    /// 128 + signal if a signal ended it.
    package let exitCode: Int32
    /// All of standard output.
    package let outputBytes: [UInt8]
    /// All of standard error.
    package let errorBytes: [UInt8]
    /// Whether the time limit ended it.
    package let isTimedOut: Bool

    /// Standard output as text.
    package var output: String { String(decoding: outputBytes, as: UTF8.self) }
    /// Standard error as text.
    package var error: String { String(decoding: errorBytes, as: UTF8.self) }
  }

  /// There is no program to run.
  package struct NotBuilt: Error {
    /// Where it was looked for.
    package let searched: [String]
  }

  /// The program file.
  package var path: FilePath
  /// What it is run in; nil for the test's own folder.
  package var folder: FilePath?
  /// All of its environment.
  package var environment: [String: String]

  /// Where programs keep the machine's key unless a test says otherwise: one folder for all tests of this process.
  private static let states: ScratchFolder? = {
    // Nothing else would remove it: a value of the type goes with the process.
    atexit {
      guard ProcessInfo.processInfo.environment["MMDOS_KEEP_SCRATCH"] == nil else { return }
      if let path = Program.states?.path.string { try? FileManager.default.removeItem(atPath: path) }
    }
    return try? ScratchFolder("states")
  }()

  /// The machine's key that programs of this process use by default; nil before the first of them made it.
  package static var machineKey: [UInt8]? {
    guard let path = states?.path.appending("mmdos/machine-key").string else { return nil }
    return FileManager.default.contents(atPath: path).map { [UInt8]($0) }
  }

  /// Describes a program; the environment holds `PATH`, `LC_ALL` and `XDG_STATE_HOME` alone, plus what is given.
  package init(path: FilePath, folder: FilePath? = nil, environment: [String: String] = [:]) {
    self.path = path
    self.folder = folder
    var base = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"]
    base["XDG_STATE_HOME"] = Self.states?.path.string
    self.environment = base.merging(environment) { $1 }
  }

  /// The built `mmdos`: what `MMDOS_BINARY` names, else the one beside the running tests.
  package static func mmdos(folder: FilePath? = nil, environment: [String: String] = [:]) throws -> Program {
    var candidates: [String] = []
    if let named = ProcessInfo.processInfo.environment["MMDOS_BINARY"] { candidates.append(named) }
    // The tests are `<build folder>/mmdosPackageTests.xctest`, on macOS a bundle some folders deeper.
    var place = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    for _ in 0..<4 {
      place.deleteLastPathComponent()
      candidates.append(place.appendingPathComponent("mmdos").path)
    }
    candidates.append(FileManager.default.currentDirectoryPath + "/.build/debug/mmdos")
    guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
      throw NotBuilt(searched: candidates)
    }
    return Program(path: FilePath(found), folder: folder, environment: environment)
  }

  /// Runs to the end; a run that passes the time limit is killed.
  package func run(
    _ arguments: [String],
    input: [UInt8] = [],
    timeLimit: Duration = .seconds(60)
  ) async throws -> Result {
    try await start(arguments, input: input, timeLimit: timeLimit).result()
  }

  /// Starts without waiting.
  ///
  /// Its standard input ends after `input`, or, with `keepsInputOpen`, when it ends or we do.
  package func start(
    _ arguments: [String],
    input: [UInt8] = [],
    keepsInputOpen: Bool = false,
    timeLimit: Duration = .seconds(60)
  ) throws -> RunningProgram {
    let child = try ChildProcess(path, arguments, environment: environment, folder: folder)
    return RunningProgram(child, input: keepsInputOpen ? nil : input, timeLimit: timeLimit)
  }
}

/// A started program; its output is read all the time, so that it never waits for a full pipe.
package final class RunningProgram: Sendable {
  private struct State: Sendable {
    var output: [UInt8] = []
    var error: [UInt8] = []
    var isTimedOut = false
    var exitCode: Int32?
    /// Whether our end of its input is still to be closed, by `closeInput()`.
    var keepsInputOpen: Bool
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let child: ChildProcess
  private let state: Mutex<State>
  /// Of what it says, and of its end.
  private let news = News()

  fileprivate init(_ child: ChildProcess, input: [UInt8]?, timeLimit: Duration) {
    self.child = child
    state = Mutex(State(keepsInputOpen: input == nil))
    // Threads of their own: what blocks must not take the few threads that async code shares.
    if let input { Thread.detachNewThread { Self.feed(input, to: child.input) } }
    Thread.detachNewThread { self.collect(timeLimit: timeLimit) }
  }

  /// The process id.
  package var id: Int32 { child.id }

  /// What it has said so far.
  package var outputSoFar: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
  /// What it has complained about so far.
  package var errorSoFar: String { state.withLock { String(decoding: $0.error, as: UTF8.self) } }
  /// Whether it has ended.
  package var hasEnded: Bool { state.withLock { $0.exitCode != nil } }

  /// Sends a signal, such as `SIGINT` or `SIGKILL`, if it still runs.
  package func send(signal: Int32) {
    // Under the lock, in which the process is also waited for: its id cannot have become another's.
    state.withLock { state in
      if state.exitCode == nil { child.send(signal: signal) }
    }
  }

  /// Ends an input that was kept open.
  package func closeInput() {
    state.withLock { state in
      if state.keepsInputOpen { try? child.input.close() }
      state.keepsInputOpen = false
    }
  }

  /// Waits until standard output or error holds one of the texts; false if the program ended without it.
  package func waitUntil(says texts: String...) async -> Bool {
    await wait {
      [self.outputSoFar, self.errorSoFar].contains { said in texts.contains { said.contains($0) } }
    }
  }

  /// Waits until a condition holds; false if the program ended without it.
  ///
  /// It is asked whenever the program has said something, and when something else is announced.
  package func wait(until holds: @escaping @Sendable () -> Bool) async -> Bool {
    await news.wait { holds() || self.hasEnded }
    return holds()
  }

  /// Says that something has changed that a condition may be about.
  package func announce() { news.announce() }

  /// Waits for the end; a cancelled task kills the program.
  package func result() async -> Program.Result {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let hasEnded = state.withLock { state in
          if state.exitCode == nil { state.waiters.append(continuation) }
          return state.exitCode != nil
        }
        if hasEnded { continuation.resume() }
      }
    } onCancel: {
      send(signal: SIGKILL)
    }
    return state.withLock { state in
      Program.Result(
        exitCode: state.exitCode ?? -1,
        outputBytes: state.output,
        errorBytes: state.error,
        isTimedOut: state.isTimedOut
      )
    }
  }

  private static func feed(_ bytes: [UInt8], to descriptor: FileDescriptor) {
    // A program need not read its input; SIGPIPE is off in test processes, see `ignoreBrokenPipes`.
    ignoreBrokenPipes
    _ = try? descriptor.writeAll(bytes)
    try? descriptor.close()
  }

  private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

  /// Reads both streams until they end or time is up, then waits for the process.
  private func collect(timeLimit: Duration) {
    let deadline = ContinuousClock.now + timeLimit
    var polls = [child.output, child.error].map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
    while polls.contains(where: { $0.fd >= 0 }) {
      let left = (deadline - .now) / .milliseconds(1)
      if left <= 0, !state.withLock({ $0.isTimedOut }) {
        state.withLock { $0.isTimedOut = true }
        child.send(signal: SIGKILL)
      }
      // After the end, something it started may still hold the pipes: do not wait for that for long.
      let wait = left <= 0 ? 1000 : min(left, 60_000)
      let ready = poll(&polls, nfds_t(polls.count), Int32(wait))
      if ready == 0, left <= 0 { break }
      for index in polls.indices where polls[index].fd >= 0 && polls[index].revents != 0 {
        if !takeBytes(from: polls[index].fd, isError: index == 1) { polls[index].fd = -1 }
      }
    }
    finish()
  }

  private func takeBytes(from descriptor: Int32, isError: Bool) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return false }
    state.withLock { state in
      if isError { state.error += buffer[..<count] } else { state.output += buffer[..<count] }
    }
    news.announce()
    return true
  }

  private func finish() {
    // Waits without reaping first, so that `send` never meets a process id that is somebody else's by now.
    var info = siginfo_t()
    while waitid(P_PID, id_t(child.id), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    let waiters = state.withLock { state in
      state.exitCode = child.waitForExit()
      defer { state.waiters = [] }
      return state.waiters
    }
    closeInput()
    try? child.output.close()
    try? child.error.close()
    for waiter in waiters { waiter.resume() }
    news.announce()
  }
}
