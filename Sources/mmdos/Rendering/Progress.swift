import Synchronization

/// A progress line that is redrawn in place; any thread may report progress.
///
/// While it may be on the screen, other messages must go through `note`, and `finish` must be called before any other
/// output. The current time is a parameter, so that tests need not wait.
final class Progress: Sendable {
  enum Mode: Sendable, Equatable {
    /// Prints nothing (`--quiet`).
    case silent
    /// No bar; notes are plain lines.
    case lines
    case bar

    /// Chooses by the flags and the kind of standard error.
    static func choose(
      noProgress: Bool,
      quiet: Bool,
      isTerminal: Bool,
      settings: TerminalSettings
    ) -> Mode {
      if quiet { return .silent }
      return isTerminal && settings.canPaint && !noProgress ? .bar : .lines
    }
  }

  private struct Sample {
    var time: ContinuousClock.Instant
    var bytes: UInt64
  }

  private struct State {
    var line: ProgressLine?
    /// The time of the last redraw; nil while the line is not on the screen.
    var drawn: ContinuousClock.Instant?
    /// One sample for each redraw within the rate window, oldest first.
    var samples: [Sample] = []
  }

  /// The shortest time between redraws; more would not be visible, and take time on slow terminals.
  static let redrawInterval = Duration.milliseconds(100)
  /// The time over which the rate is averaged, so that it neither jumps nor depends on a slow start.
  static let rateWindow = Duration.seconds(3)
  /// The time before a rate is shown; the first burst is not representative.
  static let rateDelay = Duration.milliseconds(500)

  private static let erase = "\r\u{1B}[K"

  let mode: Mode
  private let output: Output
  private let width: @Sendable () -> Int
  private let state = Mutex(State())

  /// Creates a display that shows nothing yet; `width` is called at each redraw, as the window may change.
  init(mode: Mode, output: Output, width: @escaping @Sendable () -> Int) {
    self.mode = mode
    self.output = output
    self.width = width
  }

  /// Starts a new line in place of the current one; counts start at 0.
  func begin(_ name: SafeText, totalFiles: Int? = nil, now: ContinuousClock.Instant = .now) {
    guard mode == .bar else { return }
    state.withLock { state in
      state.line = ProgressLine(name: name, totalFiles: totalFiles)
      state.samples = []
      draw(&state, now: now)
    }
  }

  /// Sets the number of files, once it is known.
  func expect(totalFiles: Int, now: ContinuousClock.Instant = .now) {
    change(now) { $0.totalFiles = totalFiles }
  }

  func advance(files: Int = 0, bytes: Int = 0, now: ContinuousClock.Instant = .now) {
    change(now) { line in
      line.files += files
      line.bytes += UInt64(clamping: bytes)
    }
  }

  /// Sets the counts to totals.
  func update(files: Int, bytes: UInt64, now: ContinuousClock.Instant = .now) {
    change(now) { line in
      line.files = files
      line.bytes = bytes
    }
  }

  /// Redraws without new counts, so that the rate of a stalled transfer falls.
  func refresh(now: ContinuousClock.Instant = .now) {
    change(now) { _ in }
  }

  /// Prints a message above the progress line; in mode `silent` nothing.
  func note(_ text: SafeText, now: ContinuousClock.Instant = .now) {
    guard mode != .silent else { return }
    state.withLock { state in
      let wasShown = state.drawn != nil
      hide(&state)
      output.message(text)
      if wasShown { draw(&state, now: now) }
    }
  }

  /// Erases the line, if it is on the screen.
  func finish() {
    guard mode == .bar else { return }
    state.withLock { state in
      hide(&state)
      state.line = nil
      output.flush()
    }
  }

  private func change(_ now: ContinuousClock.Instant, _ change: (inout ProgressLine) -> Void) {
    guard mode == .bar else { return }
    state.withLock { state in
      guard var line = state.line else { return }
      change(&line)
      state.line = line
      if let drawn = state.drawn, now - drawn < Self.redrawInterval { return }
      draw(&state, now: now)
    }
  }

  private func draw(_ state: inout State, now: ContinuousClock.Instant) {
    guard var line = state.line else { return }
    line.rate = measure(&state, bytes: line.bytes, now: now)
    state.drawn = now
    // A character in the last column makes some terminals start a new line, from which `\r` does not return.
    let text = line.text(width: max(width() - 1, 0))
    output.write(verbatim: "\r" + text.rendered(inColor: output.usesColor) + "\u{1B}[K")
    output.flush()
  }

  private func hide(_ state: inout State) {
    guard state.drawn != nil else { return }
    state.drawn = nil
    output.write(verbatim: Self.erase)
  }

  /// Bytes a second over the window; nil if too little time has passed.
  private func measure(_ state: inout State, bytes: UInt64, now: ContinuousClock.Instant) -> UInt64? {
    state.samples.append(Sample(time: now, bytes: bytes))
    // One sample older than the window is kept, so that the samples cover all of it.
    let stale = state.samples.dropFirst().prefix { now - $0.time >= Self.rateWindow }.count
    state.samples.removeFirst(stale)
    guard let first = state.samples.first, bytes >= first.bytes, bytes > 0 else { return nil }
    let elapsed = now - first.time
    guard elapsed >= Self.rateDelay else { return nil }
    return UInt64(Double(bytes - first.bytes) / (elapsed / .seconds(1)))
  }
}
