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

/// A write to standard output or standard error failed, not only because it was interrupted.
struct OutputError: Error, Equatable {
  var descriptor: Int32
  /// The errno of the call.
  var code: Int32

  /// What failed and why: lower case, no full stop.
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
/// Writing never throws: the first failure is kept for `finish`, and later output is dropped. A reader that closed its
/// end (EPIPE) is not reported, but `isOpen` becomes false, so that long work can stop early. Any thread may write; the
/// bytes of one call stay together.
final class Output: Sendable {
  private struct State {
    var buffer: [UInt8] = []
    var failure: Int32?
  }

  let descriptor: Int32
  let isTerminal: Bool
  let usesColor: Bool
  /// Whether each line is written at once: on terminals, and for messages.
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

  /// Whether no write has failed yet.
  var isOpen: Bool { state.withLock { $0.failure == nil } }

  func write(_ text: SafeText) {
    write(verbatim: text.rendered(inColor: usesColor))
  }

  func line(_ text: SafeText = "") {
    write(verbatim: text.rendered(inColor: usesColor) + "\n")
  }

  /// Writes a line for people; a terminal gets it broken between words.
  func message(_ text: SafeText, hanging: Int? = nil) {
    line(fitted(text, hanging: hanging))
  }

  /// A line for people as `message` writes it, for what shows it later.
  func fitted(_ text: SafeText, hanging: Int? = nil) -> SafeText {
    guard isTerminal else { return text }
    return text.wrapped(to: Terminal.width(of: descriptor, settings: .ofProcess()), hanging: hanging)
  }

  /// Writes text that is safe for a terminal by other means, such as the escapes of JSON.
  func write(verbatim text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Writes bytes unchanged; the caller checks that the output is not a terminal, or escapes them.
  func write(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { write($0) }
  }

  func flush() {
    state.withLock { flush(&$0) }
  }

  /// Writes the rest of the buffer and reports the first failure.
  ///
  /// - Throws: `OutputError` if output was lost, except to a reader that closed its end.
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
        // Large pieces are written without a copy.
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

  /// Writes everything; returns the errno of a failure, or nil.
  private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32? {
    var rest = bytes
    let canWait = canBlock(descriptor)
    while !rest.isEmpty {
      var piece = rest
      if canWait {
        // The reader may be slow, and a write that blocks would not notice a cancellation. After poll(2) a pipe accepts
        // PIPE_BUF bytes without blocking (pipe(7)).
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
        // Another process that shares the pipe or terminal may have set O_NONBLOCK.
        continue
      case let code: return code
      }
    }
    return nil
  }

  /// Whether a write may have to wait for a reader; a write to a descriptor that is not writable must fail at once.
  private static func canBlock(_ descriptor: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { return false }
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
  }

  /// Waits until something can be written; false if the work was cancelled meanwhile.
  private static func waitUntilWritable(_ descriptor: Int32) -> Bool {
    while true {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      let result = poll(&waiting, 1, 200)
      // Ready, or broken, which the write will report.
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
  /// Prepares the process for output; to be called first in `main`.
  ///
  /// A write to a closed pipe then fails with EPIPE instead of killing the program. Descriptors 0 to 2 that the parent
  /// closed are opened on `/dev/null`; otherwise the next file opened, such as a ref, would become standard output.
  static func prepareProcess() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // `open` returns the lowest free number, which is this one, as those below are open. If it fails, the program
      // continues, because there is no better remedy.
      _ = open("/dev/null", O_RDWR)
    }
  }
}
