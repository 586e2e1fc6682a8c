#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows long results page by page on a terminal.
///
/// A person may leave a pager open for hours: whoever calls this holds no lock any more (DESIGN section 3.2).
struct Pager {
  private let command: String?

  /// The user's pager: `PAGER`, else `less`; none when standard output is no terminal, or `PAGER` is empty
  /// or `cat`.
  init(for output: Output, environment: [String: String]) {
    let wish = environment["PAGER"]
    guard output.isTerminal, wish != "", wish != "cat" else {
      command = nil
      return
    }
    command = wish ?? (Self.isInstalled("less", path: environment["PATH"] ?? "") ? "less" : nil)
  }

  /// Runs something that writes to the output it gets, and waits until the pager has been left.
  func show(on output: Output, _ body: (Output) -> Void) {
    guard let command else { return body(output) }
    output.flush()
    // Git's choice: leave at the end of a short text, keep colours, do not clear the screen.
    setenv("LESS", "FRX", 0)
    guard let stream = popen(command, "w") else { return body(output) }
    // Control-C in the pager ends what the pager does, not the pager's input.
    let old = signal(SIGINT, SIG_IGN)
    // Who waits for a person to leave the pager notices nothing else: this ends the program, and nothing is open.
    let oldTermination = signal(SIGTERM, SIG_DFL)
    let paged = Output(
      descriptor: fileno(stream),
      isTerminal: true,
      usesColor: output.usesColor,
      flushesLines: false
    )
    body(paged)
    paged.flush()
    pclose(stream)
    signal(SIGINT, old)
    signal(SIGTERM, oldTermination)
  }

  private static func isInstalled(_ name: String, path: String) -> Bool {
    path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
  }
}
