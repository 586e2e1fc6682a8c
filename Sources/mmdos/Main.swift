import ArgumentParser
import Dispatch
import RegistrySync
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The program's entry: runs one command and turns signals into a clean end.
@main
enum Main {
  static func main() async {
    Output.prepareProcess()
    raiseFileLimit()
    do {
      var command = try MMDOS.parseAsRoot()
      if let command = command as? any AsyncCommand {
        try await runInterruptibly(command)
      } else {
        try command.run()
      }
    } catch {
      UsageReport(error)?.print()
      MMDOS.exit(withError: error)
    }
  }

  /// Runs a command that may take long: a signal cancels it, and it ends cleanly.
  private static func runInterruptibly(_ command: any AsyncCommand) async throws {
    let work = Task { try await command.runAsync() }
    let interruption = Interruption { work.cancel() }
    do {
      try await work.value
    } catch {
      throw interruption.exitCode.map { ExitCode($0) } ?? error
    }
  }

  /// Lets the store keep its folders open: the usual soft limit of 1,024 files is for other times.
  private static func raiseFileLimit() {
    var limit = rlimit()
    guard getrlimit(openFiles, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = min(limit.rlim_max, 65_536)
    setrlimit(openFiles, &limit)
  }
}

#if canImport(Glibc)
  private let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
  private let openFiles = RLIMIT_NOFILE
#endif

/// Turns SIGINT and SIGTERM into one call of a closure.
private final class Interruption {
  private let sources: [(number: Int32, source: any DispatchSourceSignal)]
  private let received: Received

  /// The first signal that came.
  private final class Received: Sendable {
    let number = Atomic<Int32>(0)
  }

  init(_ body: @escaping @Sendable () -> Void) {
    let received = Received()
    self.received = received
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        _ = received.number.compareExchange(expected: 0, desired: number, ordering: .relaxed)
        body()
      }
      source.resume()
      return (number, source)
    }
  }

  /// The exit code that tells of the signal; nil when none came.
  var exitCode: Int32? {
    let number = received.number.load(ordering: .relaxed)
    return number == 0 ? nil : 128 + number
  }
}
