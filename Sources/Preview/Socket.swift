#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
import CPlatform
package import SystemPackage

/// A stream socket on loopback; closed when the value is destroyed.
///
/// Child processes do not inherit it, and writing to a closed connection is an error, not a signal. Every call blocks
/// its thread until its deadline or the stop signal, so none may be called on the threads that run Swift's tasks.
package struct Socket: ~Copyable, Sendable {
  /// Why a call on a socket failed.
  package enum Failure: Error, Hashable, Sendable {
    /// The stop signal was given.
    case stopped
    /// The deadline has passed.
    case timedOut
    /// A system call failed.
    case system(Errno)
  }

  /// For `Readiness.wait`.
  package let descriptor: CInt
  /// The signal that ends every wait; nil for none.
  package let stop: StopSignal?

  #if canImport(Darwin)
    // There it is an option of the socket, SO_NOSIGPIPE.
    static let sendFlags: CInt = 0
  #else
    static let sendFlags = CInt(MSG_NOSIGNAL)
  #endif

  /// Takes ownership of a descriptor.
  init(takingOver descriptor: CInt, stop: StopSignal?) {
    self.descriptor = descriptor
    self.stop = stop
  }

  deinit { close(descriptor) }

  /// Reads available bytes, at least one and at most `maxBytes`; empty at the end of the stream.
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

  /// Waits for the given time.
  ///
  /// - Throws: `.stopped` when the stop signal comes first.
  package func pause(for duration: Duration) throws(Failure) {
    do {
      try Readiness.wait(for: [], stop: stop, until: .now.advanced(by: duration))
    } catch .timedOut {}
  }

  /// Reads and discards bytes until the peer ends its side or `maxBytes` were read.
  package func drain(maxBytes: Int = .max, until deadline: ContinuousClock.Instant? = nil) throws(Failure) {
    var rest = maxBytes
    while rest > 0 {
      let bytes = try read(maxBytes: min(rest, 64 * 1024), until: deadline)
      if bytes.isEmpty { return }
      rest -= bytes.count
    }
  }

  /// Ends the writing side of the connection; reading is still possible.
  package func endWriting() {
    // It fails if the peer has closed the connection, who then need not be told.
    _ = shutdown(descriptor, CInt(SHUT_WR))
  }

  /// Makes closing discard unsent bytes and send a reset: the peer sees ECONNRESET instead of the end.
  package func resetWhenClosed() {
    set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
  }

  func set<Value>(_ level: CInt, _ option: CInt, _ value: Value) {
    // Only options that cannot fail on an open socket, or whose failure does no harm.
    _ = withUnsafePointer(to: value) {
      setsockopt(descriptor, level, option, $0, socklen_t(MemoryLayout<Value>.size))
    }
  }

  func wait(for event: CInt, until deadline: ContinuousClock.Instant?) throws(Failure) {
    try Readiness.wait(for: [(descriptor, event)], stop: stop, until: deadline)
  }

  /// Whether the call only has to be repeated: it was interrupted, or another thread took the event.
  static func isWorthAnotherTry(_ code: CInt) -> Bool {
    code == EINTR || code == EAGAIN || code == EWOULDBLOCK
  }
}
