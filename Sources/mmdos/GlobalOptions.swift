import ArgumentParser

/// The flags that every command has.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: [.customLong("target"), .customShort("t")],
    help: ArgumentHelp(
      "The project's folder; without it the nearest one upward that holds .ai.",
      valueName: "dir"
    )
  )
  var target: String?

  @Flag(name: .customLong("json"), help: "Print one JSON document.")
  var isJSON = false

  @Option(help: ArgumentHelp("When to use colour: auto, always or never.", valueName: "when"))
  var color: ColorChoice = .auto

  @Flag(name: [.customLong("quiet"), .customShort("q")], help: "Print results and errors only.")
  var isQuiet = false

  @Flag(name: [.customLong("verbose"), .customShort("v")], help: "Print more.")
  var isVerbose = false

  @Flag(name: .customLong("no-progress"), help: "Show no progress bar.")
  var hasNoProgress = false

  @Option(
    name: .customLong("lock-timeout"),
    help: ArgumentHelp("Seconds to wait for another mmdos to finish.", valueName: "seconds")
  )
  var lockTimeoutSeconds: Int = 10

  func validate() throws {
    guard (0...86_400).contains(lockTimeoutSeconds) else {
      throw ValidationError("--lock-timeout takes 0 to 86400 seconds")
    }
  }

  var lockTimeout: Duration { .seconds(lockTimeoutSeconds) }
}

extension ColorChoice: ExpressibleByArgument {}
