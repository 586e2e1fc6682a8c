import ArgumentParser
import RegistryModel
import RegistrySync

/// The flags of every command that changes installed plugins.
struct PluginChangeOptions: ParsableArguments {
  @Flag(name: .customLong("force"), help: "Overwrite what is in the way; its content stays in a .bak file.")
  var isForced = false
  @Flag(name: .customLong("diff"), help: "Show every change line by line.") var hasDiff = false

  /// The flags as typed, for the next command that is suggested.
  var words: [String] { isForced ? ["--force"] : [] }

  var choices: InstallChoices {
    var choices = InstallChoices()
    choices.isForced = isForced
    return choices
  }
}

/// The flag of every command that may bring code.
struct CodeOption: ParsableArguments {
  @Flag(name: .customLong("accept-code"), help: "Take the plugin's code, which was looked at.")
  var isAccepted = false
}

/// The flags of the commands that may bring a new version of a plugin.
struct PluginUpdateOptions: ParsableArguments {
  @OptionGroup var change: PluginChangeOptions
  @OptionGroup var code: CodeOption
  @Flag(
    name: .customLong("merge"),
    help: "Where you and the plugin changed the same lines, write both into the file, between markers."
  )
  var mergesConflicts = false
  @Option(
    name: .customLong("keep"),
    help: ArgumentHelp(
      "Leave this file as it is, whatever the plugin brings; may be repeated.",
      valueName: "path"
    )
  )
  var kept: [InstalledPath] = []
  @Flag(name: .customLong("allow-downgrade"), help: "Take an older version than the installed one.")
  var allowsDowngrade = false

  func validate() throws {
    guard !change.isForced || !mergesConflicts else {
      throw ValidationError("--force overwrites what --merge would merge; give one of them")
    }
  }

  /// The flags as typed, for the next command that is suggested; `--accept-code` is added where there is code.
  var words: [String] {
    change.words + (mergesConflicts ? ["--merge"] : []) + kept.flatMap { ["--keep", $0.path.description] }
      + (allowsDowngrade ? ["--allow-downgrade"] : [])
  }

  var choices: InstallChoices {
    var choices = change.choices
    choices.mergesConflicts = mergesConflicts
    choices.kept = kept.map(\.path)
    choices.allowsDowngrade = allowsDowngrade
    choices.acceptsCode = code.isAccepted
    return choices
  }
}

/// The path of an installed file, from the project root.
struct InstalledPath: ExpressibleByArgument {
  let path: ManifestPath

  init?(argument: String) {
    // try?: the parser reports the argument that is no path.
    guard let path = try? ManifestPath(parsing: argument) else { return nil }
    self.path = path
  }
}
