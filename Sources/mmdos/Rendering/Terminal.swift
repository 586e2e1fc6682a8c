#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Properties of the terminal that a descriptor leads to, if any.
enum Terminal {
  /// The width where it is unknown.
  static let defaultWidth = 80

  static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  /// The columns of the terminal: `COLUMNS` if it is from 1 to 10,000, else the terminal's own answer, else 80.
  static func width(of descriptor: Int32, settings: TerminalSettings) -> Int {
    // In the order of POSIX (Base Definitions section 8.3) and git: the user sets the variable on purpose.
    if let columns = settings.columns.flatMap(Int.init), (1...10_000).contains(columns) { return columns }
    var size = winsize()
    guard ioctl(descriptor, numericCast(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return defaultWidth
    }
    return Int(size.ws_col)
  }
}

/// The environment variables that control the look of the output.
struct TerminalSettings: Sendable, Equatable {
  /// `NO_COLOR`.
  var noColor: String?
  /// `CLICOLOR_FORCE`.
  var colorForce: String?
  /// `TERM`.
  var term: String?
  /// `COLUMNS`.
  var columns: String?

  /// Whether the terminal supports cursor movement and colours, according to `TERM`.
  var canPaint: Bool {
    guard let term else { return false }
    return !term.isEmpty && term != "dumb"
  }

  /// Reads the variables of this process.
  static func ofProcess() -> TerminalSettings {
    func value(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    return TerminalSettings(
      noColor: value("NO_COLOR"),
      colorForce: value("CLICOLOR_FORCE"),
      term: value("TERM"),
      columns: value("COLUMNS")
    )
  }
}

/// The values of `--color`.
enum ColorChoice: String, Sendable, CaseIterable {
  case auto
  case always
  case never

  /// Whether output to one descriptor is coloured.
  ///
  /// `always` and `never` take precedence over all variables; then `NO_COLOR` (set if not empty, no-color.org) over
  /// `CLICOLOR_FORCE` (set unless empty or 0), so that nobody who sets both gets colours.
  func usesColor(isTerminal: Bool, settings: TerminalSettings) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      if settings.noColor?.isEmpty == false { return false }
      if let force = settings.colorForce, !force.isEmpty, force != "0" { return true }
      return isTerminal && settings.canPaint
    }
  }
}
