/// What stands here for a command or flag that the Node tool has and mmdos does not.
enum NodeToolWords {
  /// The successor of the first such word in a command line that did not parse; nil where there is none.
  static func successor(of arguments: [String]) -> String? {
    successor(ofCommand: arguments) ?? arguments.lazy.compactMap { flags[$0] }.first
  }

  /// The same for the command alone.
  static func successor(ofCommand arguments: [String]) -> String? {
    if arguments.prefix(2).elementsEqual(["catalog", "recommend"]) { return recommend }
    return arguments.first.flatMap { commands[$0] }
  }

  private static let kept =
    "this is a part of the Node tool that mmdos does not have; the Node tool goes on doing it"

  /// mmdos does not guess from a project's files which plugins fit it.
  private static let recommend =
    "mmdos catalog categories, mmdos catalog list --category NAME, mmdos catalog search WORDS"

  private static let commands: [String: String] = {
    var words = [
      "status": "mmdos registry status, mmdos plugin status",
      "verify": "mmdos registry verify --all, mmdos fsck", "doctor": "mmdos registry status, mmdos fsck",
      "validate": "mmdos plugin validate FILE, mmdos registry verify --all",
      "skills": "mmdos plugin list, mmdos catalog list",
    ]
    for command in [
      "scan", "dashboard", "ui", "memory", "feedback", "improve", "workflow", "handoff", "onboard", "adapter",
      "adapters", "show-adapter", "validate-adapter", "templates", "list-templates", "show-template",
      "validate-template", "validate-skill", "models", "show-model", "providers", "route-model", "skill-os",
      "show-skill",
    ] {
      words[command] = kept
    }
    return words
  }()

  private static let flags: [String: String] = {
    let dryRun = "leave out --approved: then only what would be done is shown"
    var words = ["-d": dryRun, "--dry-run": dryRun, "-f": "write --force"]
    for flag in [
      "--template", "-a", "--adapter", "--caveman", "--tokens", "--threshold", "--intelligence",
      "--onboarding",
      "--registry", "--all-registries", "--model-preset", "--release",
    ] {
      words[flag] = kept
    }
    return words
  }()
}
