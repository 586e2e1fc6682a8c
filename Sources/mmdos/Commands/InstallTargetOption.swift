import ArgumentParser
import RegistryModel

/// The option that says which tools a plugin is installed for.
struct InstallTargetOption: ParsableArguments {
  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "Install for these, such as claude,cursor; without it for those of install_targets, or project.",
      valueName: "targets"
    )
  )
  var list: InstallTargetList?

  var targets: [InstallTarget]? { list?.targets }

  /// The option as typed, for the next command that is suggested.
  var words: [String] { list.map { ["--for", $0.targets.words] } ?? [] }
}

/// Install targets separated by commas.
struct InstallTargetList: ExpressibleByArgument {
  let targets: [InstallTarget]

  static var allValueStrings: [String] { InstallTarget.allCases.map(\.rawValue) }

  init?(argument: String) {
    var targets: [InstallTarget] = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let target = InstallTarget(rawValue: String(word)) else { return nil }
      targets.append(target)
    }
    guard !targets.isEmpty else { return nil }
    self.targets = InstallTarget.sorted(targets)
  }
}

extension [InstallTarget] {
  /// The targets as they are typed.
  var words: String { map(\.rawValue).joined(separator: ",") }

  /// The targets as text.
  var text: String { map(\.rawValue).joined(separator: ", ") }
}
