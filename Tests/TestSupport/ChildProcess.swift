import Synchronization
package import SystemPackage

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A started process whose standard streams are pipes.
///
/// Made with `posix_spawn`, as tests start many at once from many threads, one at a time, so that no child
/// holds another's pipe open. The process must be waited for, or it stays as a zombie.
package struct ChildProcess: Sendable {
  /// A call that failed.
  package struct SpawnError: Error {
    /// The call, with what it was for.
    package let call: String
    /// What it gave.
    package let errno: Errno
  }

  /// Between making a pipe and marking it close-on-exec, no other child may be started.
  private static let oneAtATime = Mutex<Void>(())

  /// The process id.
  package let id: Int32
  let input: FileDescriptor
  let output: FileDescriptor
  let error: FileDescriptor

  /// Starts a program; `environment` is all it gets.
  package init(
    _ program: FilePath,
    _ arguments: [String],
    environment: [String: String],
    folder: FilePath?
  ) throws {
    // The shell changes the folder and then becomes the program: portable, and the process id stays.
    let command =
      folder.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0.string, program.string] + arguments }
      ?? [program.string] + arguments
    self = try Self.oneAtATime.withLock { _ in try Self(command: command, environment: environment) }
  }

  private init(command: [String], environment: [String: String]) throws {
    let pipes = try (0..<3).map { _ in try Self.makePipe() }
    defer { for end in [pipes[0].readEnd, pipes[1].writeEnd, pipes[2].writeEnd] { try? end.close() } }
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, pipes[0].readEnd.rawValue, 0)
    posix_spawn_file_actions_adddup2(&actions, pipes[1].writeEnd.rawValue, 1)
    posix_spawn_file_actions_adddup2(&actions, pipes[2].writeEnd.rawValue, 2)
    Self.closeOthers(&actions)
    #if canImport(Darwin)
      var attributes: posix_spawnattr_t?
    #else
      var attributes = posix_spawnattr_t()
    #endif
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    Self.resetSignals(&attributes)
    var newID: pid_t = 0
    let code = Self.withCStrings(command) { argv in
      Self.withCStrings(environment.map { "\($0)=\($1)" }) { envp in
        posix_spawn(&newID, command[0], &actions, &attributes, argv, envp)
      }
    }
    (input, output, error) = (pipes[0].writeEnd, pipes[1].readEnd, pipes[2].readEnd)
    id = newID
    guard code == 0 else {
      closePipes()
      throw SpawnError(call: "posix_spawn \(command[0])", errno: Errno(rawValue: code))
    }
  }

  /// Sends a signal, unless the process has ended and was waited for.
  package func send(signal: CInt) {
    kill(id, signal)
  }

  /// Waits for the end: the exit code, or 128 + signal as shells say it.
  ///
  /// Call it once.
  package func waitForExit() -> Int32 {
    var status: CInt = 0
    while waitpid(id, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// Closes our ends of the pipes.
  package func closePipes() {
    for end in [input, output, error] { try? end.close() }
  }

  #if canImport(Darwin)
    private typealias Actions = posix_spawn_file_actions_t?
    private typealias Attributes = posix_spawnattr_t?
    private static let closesOthersFlag = Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
  #else
    private typealias Actions = posix_spawn_file_actions_t
    private typealias Attributes = posix_spawnattr_t
    private static let closesOthersFlag: Int16 = 0
  #endif

  /// Lets the child have no descriptor but its three.
  ///
  /// NIO's sockets are not close-on-exec: a child of another test would keep connections open that a server
  /// has closed. The function is looked up by name as the headers show it to GNU programs only.
  private static func closeOthers(_ actions: inout Actions) {
    #if canImport(Glibc)
      typealias CloseFrom = @convention(c) (UnsafeMutablePointer<Actions>, CInt) -> CInt
      guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return }
      _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
    #endif
  }

  /// What tests ignore or block, a program must not inherit as such.
  private static func resetSignals(_ attributes: inout Attributes) {
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | closesOthersFlag
    posix_spawnattr_setflags(&attributes, flags)
  }

  private static func makePipe() throws -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SpawnError(call: "pipe", errno: Errno(rawValue: errno)) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }

  private static func withCStrings<Result>(
    _ texts: [String],
    _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    return body(pointers + [nil])
  }
}
