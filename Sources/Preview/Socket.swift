#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CPlatform
package import SystemPackage

/// A stream socket on loopback; closed when the value goes away.
///
/// Started programs do not inherit it, and a peer that has gone is an error, not a signal. Every call waits for
/// as long as its deadline allows, or until the stop signal is given: it blocks its thread, so none is called
/// on the threads that run Swift's tasks.
package struct Socket: ~Copyable, Sendable {
  /// Why a call on a socket ended without success.
  package enum Failure: Error, Hashable, Sendable {
    /// The stop signal was given.
    case stopped
    /// The deadline has passed.
    case timedOut
    /// The system said no.
    case system(Errno)
  }

  /// For `Readiness.wait`.
  package let descriptor: CInt
  /// Ends every wait; nil when nothing does.
  package let stop: StopSignal?

  #if canImport(Darwin)
    // There it is a property of the socket, SO_NOSIGPIPE.
    static let sendFlags: CInt = 0
  #else
    static let sendFlags = CInt(MSG_NOSIGNAL)
  #endif

  /// Takes over a descriptor.
  init(takingOver descriptor: CInt, stop: StopSignal?) {
    self.descriptor = descriptor
    self.stop = stop
  }

  deinit { close(descriptor) }

  /// Reads what has come, at least one byte and at most `maxBytes`; nothing at the end.
  package func read(maxBytes: Int = 64 * 1024, until deadline: ContinuousClock.Instant? = nil)
    throws(Failure) -> [UInt8]
  {
    while true {
      try wait(for: POLLIN, until: deadline)
      var code: CInt = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: maxBytes) { buffer, count in
        let result = recv(descriptor, buffer.baseAddress, maxBytes, 0)
        code = result < 0 ? errno : 0
        count = max(result, 0)
      }
      if code == 0 { return bytes }
      guard Self.isWorthAnotherTry(code) else { throw .system(Errno(rawValue: code)) }
    }
  }

  /// Writes all bytes.
  package func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant? = nil) throws(Failure) {
    try write(bytes[...], until: deadline)
  }

  /// Writes all bytes.
  package func write(_ bytes: ArraySlice<UInt8>, until deadline: ContinuousClock.Instant? = nil)
    throws(Failure)
  {
    var rest = bytes
    while !rest.isEmpty {
      try wait(for: POLLOUT, until: deadline)
      let (count, code) = rest.withUnsafeBytes { buffer in
        let result = send(descriptor, buffer.baseAddress, buffer.count, Self.sendFlags)
        return (result, result < 0 ? errno : 0)
      }
      if code == 0 {
        rest = rest.dropFirst(count)
      } else if !Self.isWorthAnotherTry(code) {
        throw .system(Errno(rawValue: code))
      }
    }
  }

  /// Does nothing for a while.
  ///
  /// - Throws: `.stopped` when the stop signal comes first.
  package func pause(for duration: Duration) throws(Failure) {
    do {
      try Readiness.wait(for: [], stop: stop, until: .now.advanced(by: duration))
    } catch .timedOut {}
  }

  /// Reads and forgets until the peer has ended its side or `maxBytes` have come.
  package func drain(maxBytes: Int = .max, until deadline: ContinuousClock.Instant? = nil) throws(Failure) {
    var rest = maxBytes
    while rest > 0 {
      let bytes = try read(maxBytes: min(rest, 64 * 1024), until: deadline)
      if bytes.isEmpty { return }
      rest -= bytes.count
    }
  }

  /// Tells the peer that nothing more will be written; reading goes on.
  package func endWriting() {
    // It fails for a peer that has gone, who need not be told.
    _ = shutdown(descriptor, CInt(SHUT_WR))
  }

  /// Makes closing throw away what is on its way and send a reset: the peer sees ECONNRESET, not an end.
  package func resetWhenClosed() {
    set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
  }

  func set<Value>(_ level: CInt, _ option: CInt, _ value: Value) {
    // Only options that cannot fail on an open socket, or do no harm when they do.
    _ = withUnsafePointer(to: value) {
      setsockopt(descriptor, level, option, $0, socklen_t(MemoryLayout<Value>.size))
    }
  }

  func wait(for event: CInt, until deadline: ContinuousClock.Instant?) throws(Failure) {
    try Readiness.wait(for: [(descriptor, event)], stop: stop, until: deadline)
  }

  /// Whether a call only has to be made again: interrupted, or somebody else was faster.
  static func isWorthAnotherTry(_ code: CInt) -> Bool {
    code == EINTR || code == EAGAIN || code == EWOULDBLOCK
  }
}
