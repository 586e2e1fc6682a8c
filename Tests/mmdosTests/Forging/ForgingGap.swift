/// What is known not to hold yet; docs/security.md says so too.
enum ForgingGap: String, CaseIterable {
  /// Refs that were put back choose among the releases that this machine synced: `latest` and `export` take an older one.
  case olderReleaseChosen
  /// `log`, `list` and `status` name a snapshot that is not believed without saying so.
  case doubtNotSaid

  /// The gap that explains a finding; nil for anything else.
  static func find(
    _ finding: String,
    _ forgery: Forgery,
    _ command: ForgedCommand
  ) -> ForgingGap? {
    let words = command.words.prefix(2).joined(separator: " ")
    if finding.hasSuffix("without a word of doubt") {
      return ["registry log", "registry list", "registry status"].contains(words) ? doubtNotSaid : nil
    }
    let isOld = forgery.name.hasSuffix("to \(ForgedTarget.oldRelease.rawValue)")
    let choosing = ["registry checkout", "registry pin", "registry export"].contains(words)
    return isOld && choosing && !finding.contains("reached") ? olderReleaseChosen : nil
  }
}
