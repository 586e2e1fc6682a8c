#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows long results page by page on a terminal.
///
/// A pager may stay open for hours, so the caller must hold no lock (DESIGN section 3.2).
struct Pager {
  private let command: String?

  /// Takes `PAGER`, else `less`; no pager where the output is not a terminal, or `PAGER` is empty or `cat`.
  init(for output: Output, environment: [String: String]) {
    let wish = environment["PAGER"]
    guard output.isTerminal, wish != "", wish != "cat" else {
      command = nil
      return
    }
    command = wish ?? (Self.isInstalled("less", path: environment["PATH"] ?? "") ? "less" : nil)
  }

  /// Passes an output to `body` that leads to the pager, and waits until the user closes the pager.
  func show(on output: Output, _ body: (Output) -> Void) {
    guard let command else { return body(output) }
    output.flush()
    // As git does: end after a text that fits the screen (F), keep colours (R), do not clear the screen (X).
    setenv("LESS", "FRX", 0)
    guard let stream = popen(command, "w") else { return body(output) }
    // Control-C in the pager stops the pager's current action; this process must survive it.
    let old = signal(SIGINT, SIG_IGN)
    // While it waits for the pager the program does not check for cancellation, so SIGTERM ends it at once; no file is
    // open for writing.
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
