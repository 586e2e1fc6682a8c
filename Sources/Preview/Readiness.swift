#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import SystemPackage

/// Waiting for sockets.
package enum Readiness {
  /// Waits until at least one of the descriptors has one of its events (poll(2)), or has failed.
  ///
  /// Without descriptors it waits for the deadline or the stop signal.
  ///
  /// - Returns: For each descriptor whether it is ready.
  /// - Throws: `.stopped`, even if a descriptor is ready; `.timedOut` at the deadline.
  @discardableResult
  package static func wait(
    for descriptors: [(descriptor: CInt, events: CInt)],
    stop: StopSignal?,
    until deadline: ContinuousClock.Instant?
  ) throws(Socket.Failure) -> [Bool] {
    var entries = descriptors.map {
      pollfd(fd: $0.descriptor, events: Int16(truncatingIfNeeded: $0.events), revents: 0)
    }
    if let stop { entries.append(pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)) }
    while true {
      let count = poll(&entries, nfds_t(entries.count), milliseconds(until: deadline))
      guard count >= 0 else {
        let code = errno
        guard code == EINTR else { throw .system(Errno(rawValue: code)) }
        continue
      }
      if stop != nil, let last = entries.last, last.revents != 0 { throw .stopped }
      if count > 0 { return entries.prefix(descriptors.count).map { $0.revents != 0 } }
      if let deadline, deadline <= .now { throw .timedOut }
    }
  }

  /// The time-out for poll: at least up to the deadline, but at most a minute.
  private static func milliseconds(until deadline: ContinuousClock.Instant?) -> CInt {
    guard let deadline else { return -1 }
    let rest = min(max(ContinuousClock.Instant.now.duration(to: deadline), .zero), .seconds(60))
    let (seconds, attoseconds) = rest.components
    return CInt(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
