#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is known of the terminal behind a descriptor, if there is one.
enum Terminal {
  /// Width where nobody tells: that of a punched card, as everywhere.
  static let defaultWidth = 80

  static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  /// Columns of the terminal: `COLUMNS` if it is a sensible number, else what the terminal says, else 80.
  static func width(of descriptor: Int32, settings: TerminalSettings) -> Int {
    // The order of POSIX (Base Definitions section 8.3) and of git: the variable is the user's word.
    if let columns = settings.columns.flatMap(Int.init), (1...10_000).contains(columns) { return columns }
    var size = winsize()
    guard ioctl(descriptor, numericCast(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return defaultWidth
    }
    return Int(size.ws_col)
  }
}

/// The environment variables that say how the user wants output to look.
struct TerminalSettings: Sendable, Equatable {
  /// `NO_COLOR`.
  var noColor: String?
  /// `CLICOLOR_FORCE`.
  var colorForce: String?
  /// `TERM`.
  var term: String?
  /// `COLUMNS`.
  var columns: String?

  /// Whether the terminal can move its cursor and paint, as far as `TERM` tells.
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

  /// Decides for one descriptor.
  ///
  /// A flag wins over every variable. Then `NO_COLOR` (no-color.org: counts if not empty) over
  /// `CLICOLOR_FORCE` (counts unless empty or 0): whoever sets both must not get colour by accident.
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
