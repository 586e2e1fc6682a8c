/// What is known not to hold yet; docs/security.md says so too.
enum ForgingGap: String, CaseIterable {
  /// Refs that were put back choose among the releases that this machine synced: `latest` and `export` take an older one.
  case olderReleaseChosen
  /// The lockfile is ahead of the cache: undoing a forged record writes the older release's entry over it.
  case lockfilePutBack
  /// A signed release that a sync refuses for its age, its size or by the content audit is put in use by a forged record.
  case refusedRelease
  /// A voucher does not say from which address something was synced.
  case otherAddress
  /// `log`, `list` and `status` name a snapshot that is not believed without saying so.
  case doubtNotSaid
  /// The time of the last check is shown although nobody vouches for it.
  case timeOfCheck

  /// The gap that explains a finding; nil for anything else.
  static func find(
    _ finding: String,
    _ forgery: Forgery,
    _ command: ForgedCommand,
    _ setting: ForgingSetting
  ) -> ForgingGap? {
    let words = command.words.prefix(2).joined(separator: " ")
    if finding.hasSuffix("without a word of doubt") {
      if ["registry log", "registry list", "registry status"].contains(words) { return doubtNotSaid }
      return words == "registry show" && finding.hasPrefix("'2033") ? timeOfCheck : nil
    }
    let isRecord = forgery.name.hasPrefix("pending") || forgery.name.hasPrefix("everything")
    let isOfLockfile = finding.hasPrefix(ForgingLane.lockfile) || finding.hasPrefix("the view")
    if isRecord, isOfLockfile, setting.registry == .behind, command.kind != .reading {
      return lockfilePutBack
    }
    let isOld = forgery.name.hasSuffix("to \(ForgedTarget.oldRelease.rawValue)")
    let choosing = ["registry checkout", "registry pin", "registry export"].contains(words)
    return isOld && choosing && !finding.contains("reached") ? olderReleaseChosen : nil
  }
}
