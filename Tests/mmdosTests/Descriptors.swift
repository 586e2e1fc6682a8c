import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A pipe; each end is closed once, as another test may have its number the moment after.
final class Pipe: Sendable {
  let readEnd: Int32
  let writeEnd: Int32
  private let open: Mutex<Set<Int32>>

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    // Another test may start a child, which must not hold the write end.
    for end in ends { try #require(fcntl(end, F_SETFD, FD_CLOEXEC) == 0) }
    (readEnd, writeEnd) = (ends[0], ends[1])
    open = Mutex(Set(ends))
  }

  /// Closes what is open; not done by `deinit`, which may run before the last use of a number.
  func closeBoth() {
    closeReadEnd()
    closeWriteEnd()
  }

  func closeReadEnd() {
    open.withLock { if $0.remove(readEnd) != nil { close(readEnd) } }
  }

  func closeWriteEnd() {
    open.withLock { if $0.remove(writeEnd) != nil { close(writeEnd) } }
  }

  /// Closes the write end and returns what is in the pipe.
  func contents() -> String {
    closeWriteEnd()
    return String(decoding: readAll(readEnd), as: UTF8.self)
  }
}

/// Reads to the end in pieces of the given size.
func readAll(_ descriptor: Int32, pieceSize: Int = 4096) -> [UInt8] {
  var result: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: pieceSize)
  while true {
    let count = read(descriptor, &piece, piece.count)
    if count < 0, errno == EINTR || errno == EAGAIN { continue }
    guard count > 0 else { return result }
    result += piece.prefix(count)
  }
}

/// A terminal without a window.
final class PseudoTerminal {
  let leader: Int32
  let follower: Int32

  init(columns: UInt16) throws {
    var ends: (Int32, Int32) = (-1, -1)
    var size = winsize(ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&ends.0, &ends.1, nil, nil, &size) == 0)
    (leader, follower) = ends
  }

  /// Closes both ends.
  func closeBoth() {
    close(follower)
    close(leader)
  }
}
