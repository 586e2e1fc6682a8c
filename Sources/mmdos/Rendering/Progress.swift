import Synchronization

/// A progress line that is redrawn in place, for work that many threads report on.
///
/// While a bar may be on the screen, other messages go through `note`, and `finish` comes before any
/// other output. The current time is a parameter, so that tests need no waiting.
final class Progress: Sendable {
  enum Mode: Sendable, Equatable {
    /// `--quiet`: nothing at all.
    case silent
    /// No bar; notes are plain lines.
    case lines
    case bar

    /// Decides from the flags and from what standard error is.
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
    /// When the line was last drawn; `nil` if it is not on the screen.
    var drawn: ContinuousClock.Instant?
    /// At each redraw of the last seconds, oldest first.
    var samples: [Sample] = []
  }

  /// At most ten redraws a second: more are not seen, and cost time on slow terminals.
  static let redrawInterval = Duration.milliseconds(100)
  /// The rate is the mean of so long, so that it neither jumps nor remembers a slow start for ever.
  static let rateWindow = Duration.seconds(3)
  /// Before this there is no rate: a first burst says nothing.
  static let rateDelay = Duration.milliseconds(500)

  private static let erase = "\r\u{1B}[K"

  let mode: Mode
  private let output: Output
  private let width: @Sendable () -> Int
  private let state = Mutex(State())

  /// Makes a progress display that shows nothing yet; `width` is asked at each redraw, as windows change.
  init(mode: Mode, output: Output, width: @escaping @Sendable () -> Int) {
    self.mode = mode
    self.output = output
    self.width = width
  }

  /// Starts a new line, which replaces the one before; counts begin at 0.
  func begin(_ name: SafeText, totalFiles: Int? = nil, now: ContinuousClock.Instant = .now) {
    guard mode == .bar else { return }
    state.withLock { state in
      state.line = ProgressLine(name: name, totalFiles: totalFiles)
      state.samples = []
      draw(&state, now: now)
    }
  }

  /// Tells the number of files once it is known.
  func expect(totalFiles: Int, now: ContinuousClock.Instant = .now) {
    change(now) { $0.totalFiles = totalFiles }
  }

  /// Adds to the counts.
  func advance(files: Int = 0, bytes: Int = 0, now: ContinuousClock.Instant = .now) {
    change(now) { line in
      line.files += files
      line.bytes += UInt64(clamping: bytes)
    }
  }

  /// Sets the counts, for work that reports totals.
  func update(files: Int, bytes: UInt64, now: ContinuousClock.Instant = .now) {
    change(now) { line in
      line.files = files
      line.bytes = bytes
    }
  }

  /// Redraws without news, so that the rate of a stalled transfer falls.
  func refresh(now: ContinuousClock.Instant = .now) {
    change(now) { _ in }
  }

  /// Prints a line above the bar, or just the line; nothing when silent.
  func note(_ text: SafeText, now: ContinuousClock.Instant = .now) {
    guard mode != .silent else { return }
    state.withLock { state in
      let wasShown = state.drawn != nil
      hide(&state)
      output.line(text)
      if wasShown { draw(&state, now: now) }
    }
  }

  /// Erases the line; harmless if there is none.
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
    // A character in the last column makes some terminals begin a new line, which no `\r` takes back.
    let text = line.text(width: max(width() - 1, 0))
    output.write(verbatim: "\r" + text.rendered(inColor: output.usesColor) + "\u{1B}[K")
    output.flush()
  }

  private func hide(_ state: inout State) {
    guard state.drawn != nil else { return }
    state.drawn = nil
    output.write(verbatim: Self.erase)
  }

  /// Bytes a second over the window, `nil` if too little time has passed.
  private func measure(_ state: inout State, bytes: UInt64, now: ContinuousClock.Instant) -> UInt64? {
    state.samples.append(Sample(time: now, bytes: bytes))
    // The oldest may be older than the window, else the rate would cover less than it.
    let stale = state.samples.dropFirst().prefix { now - $0.time >= Self.rateWindow }.count
    state.samples.removeFirst(stale)
    guard let first = state.samples.first, bytes >= first.bytes, bytes > 0 else { return nil }
    let elapsed = now - first.time
    guard elapsed >= Self.rateDelay else { return nil }
    return UInt64(Double(bytes - first.bytes) / (elapsed / .seconds(1)))
  }
}
