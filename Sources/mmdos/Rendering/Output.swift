import Disk
import ObjectStore
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A write to standard output or standard error failed for good.
struct OutputError: Error, Equatable {
  var descriptor: Int32
  /// The error number of the call.
  var code: Int32

  /// What failed and why, in words.
  var words: String {
    let stream =
      switch descriptor {
      case STDOUT_FILENO: "standard output"
      case STDERR_FILENO: "standard error"
      default: "descriptor \(descriptor)"
      }
    return "cannot write to \(stream): \(Errno(rawValue: code).words)"
  }
}

/// Buffered writing to one descriptor, which it does not own.
///
/// Writing never throws: the first failure is kept, what follows is dropped, and `finish` tells. A
/// reader that went away (EPIPE) is no failure: `isOpen` turns false, so that long work can stop early.
/// Any thread may write; one call's bytes stay together.
final class Output: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    var failure: Int32?
  }

  let descriptor: Int32
  let isTerminal: Bool
  let usesColor: Bool
  /// Whether each line goes out at once: on terminals, and for messages.
  private let flushesLines: Bool
  private let capacity: Int
  private let state = Mutex(State())

  init(
    descriptor: Int32,
    isTerminal: Bool,
    usesColor: Bool,
    flushesLines: Bool,
    capacity: Int = 64 * 1024
  ) {
    self.descriptor = descriptor
    self.isTerminal = isTerminal
    self.usesColor = usesColor
    self.flushesLines = flushesLines
    self.capacity = capacity
  }

  static func standardOutput(color: ColorChoice, settings: TerminalSettings) -> Output {
    let isTerminal = Terminal.isTerminal(STDOUT_FILENO)
    return Output(
      descriptor: STDOUT_FILENO,
      isTerminal: isTerminal,
      usesColor: color.usesColor(isTerminal: isTerminal, settings: settings),
      flushesLines: isTerminal
    )
  }

  static func standardError(color: ColorChoice, settings: TerminalSettings) -> Output {
    let isTerminal = Terminal.isTerminal(STDERR_FILENO)
    return Output(
      descriptor: STDERR_FILENO,
      isTerminal: isTerminal,
      usesColor: color.usesColor(isTerminal: isTerminal, settings: settings),
      flushesLines: true
    )
  }

  /// Whether anything written can still arrive.
  var isOpen: Bool { state.withLock { $0.failure == nil } }

  func write(_ text: SafeText) {
    write(verbatim: text.rendered(inColor: usesColor))
  }

  /// Writes the text and a newline.
  func line(_ text: SafeText = "") {
    write(verbatim: text.rendered(inColor: usesColor) + "\n")
  }

  /// Writes text that is already harmless by other means, such as JSON with escapes.
  func write(verbatim text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Writes bytes as they are; the caller has made sure that no terminal reads them unescaped.
  func write(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { write($0) }
  }

  func flush() {
    state.withLock { flush(&$0) }
  }

  /// Writes what waits and tells the first failure.
  ///
  /// - Throws: `OutputError` if output was lost, except to a reader that went away.
  func finish() throws(OutputError) {
    let failure = state.withLock { state in
      flush(&state)
      return state.failure
    }
    if let failure, failure != EPIPE { throw OutputError(descriptor: descriptor, code: failure) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    state.withLock { state in
      guard state.failure == nil else { return }
      if state.buffer.count + bytes.count > capacity { flush(&state) }
      if bytes.count >= capacity {
        // Large pieces go out from where they are.
        if state.failure == nil { state.failure = Self.write(bytes, to: descriptor) }
        return
      }
      state.buffer.append(contentsOf: bytes)
      if flushesLines, bytes.contains(UInt8(ascii: "\n")) { flush(&state) }
    }
  }

  private func flush(_ state: inout State) {
    guard !state.buffer.isEmpty else { return }
    if state.failure == nil {
      state.failure = state.buffer.withUnsafeBytes { Self.write($0, to: descriptor) }
    }
    state.buffer.removeAll(keepingCapacity: true)
  }

  /// Writes everything; returns the error number of the failure, `nil` if there was none.
  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var rest = bytes
    let canWait = canBlock(descriptor)
    while !rest.isEmpty {
      var piece = rest
      if canWait {
        // A reader may take its time: a write that blocks would not notice that the work was cancelled. What poll(2)
        // lets through of this size does not block a pipe (pipe(7)).
        guard waitUntilWritable(descriptor) else { return ECANCELED }
        piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(PIPE_BUF)))
      }
      let count = platformWrite(descriptor, piece)
      if count >= 0 {
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        // Another process that shares the pipe or terminal may have made it non-blocking.
        continue
      case let code: return code
      }
    }
    return nil
  }

  /// Whether a write may have to wait for a reader; one that can only fail must do so at once.
  private static func canBlock(_ descriptor: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  /// Waits until something can be written; false when the work was cancelled meanwhile.
  private static func waitUntilWritable(_ descriptor: Int32) -> Bool {
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let result = poll(&waiting, 1, 200)
      // Ready, or broken in a way that the write will tell.
      if result > 0 || result < 0 && errno != EINTR { return true }
      if Cancellation.isRequested { return false }
    }
  }

  private static func platformWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Darwin)
      return Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      return Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      return Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }
}

extension Output {
  /// Readies the process for output; call it first thing in `main`.
  ///
  /// A closed pipe then shows as EPIPE instead of killing the program in the middle of a write, and
  /// descriptors 0 to 2 that the parent closed lead to `/dev/null`: else the next file opened, perhaps
  /// a ref, would be standard output.
  static func prepareProcess() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is this one, as those below are open by now. Without /dev/null
      // there is nothing better to do than to go on.
      _ = open("/dev/null", O_RDWR)
    }
  }
}
