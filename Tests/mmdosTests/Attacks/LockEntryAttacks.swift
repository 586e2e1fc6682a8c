import Foundation
import TestScenes
import Testing

/// Attacks on an entry of `registry-lock.json` that no code gives away.
extension Attack {
  private static let verify = ["registry", "verify", "web"]
  private static let catalogList = ["catalog", "list", "--source", "remote:web"]

  /// A project with a key whose lock entry was changed and has no codes any more, as a pull request could bring it.
  private static let takeCodesOut: Step = { stage in
    try await stage.run("registry", "keygen", "--approved")
    try await stage.run("registry", "lock", "--resign", "--approved")
    let text = try stage.text(SignedStage.lockfile)
    let bare = text.replacing(#/"(signature|entry_hmac)": "[0-9a-f]{64}"/#) { "\"\($0.1)\": null" }
    try stage.project.write(SignedStage.lockfile, bare.replacing("\"1.0.0\"", with: "\"0.1.0\""))
    try stage.offer(stage.next)
  }

  /// A version in the lock entry that the manifest does not have; there is no key.
  private static let editLockEntry: Step = { stage in
    let text = try stage.text(SignedStage.lockfile)
    try stage.project.write(SignedStage.lockfile, text.replacing("\"1.0.0\"", with: "\"0.1.0\""))
  }

  private static let codesRow = "Lock entry whose codes were taken out"
  private static let editRow = "Lock entry edited where there is no key"

  static let lockEntries: [Attack] = [
    Attack("codesTakenOut", codesRow, .refused(3, "lock-entry-without-code"), prepare: takeCodesOut),
    Attack(
      "codesTakenOutLocked",
      codesRow,
      .refused(3, "lock-entry-without-code"),
      command: sync + ["--locked"],
      prepare: takeCodesOut
    ),
    Attack(
      "codesTakenOutPinned",
      codesRow,
      .refused(3, "lock-entry-without-code"),
      command: ["registry", "pin", "web", "--approved"],
      prepare: takeCodesOut
    ),
    Attack(
      "codesTakenOutVerified",
      codesRow,
      .named(3, "entry_hmac"),
      command: verify,
      prepare: takeCodesOut
    ),
    Attack(
      "editedLockEntryLocked",
      editRow,
      .refused(3, "not-as-locked"),
      command: sync + ["--locked"],
      prepare: editLockEntry
    ),
    Attack(
      "editedLockEntryRead",
      editRow,
      .refused(3, "provenance"),
      command: catalogList,
      prepare: editLockEntry
    ),
    Attack(
      "editedLockEntryVerified",
      editRow,
      .named(3, "'version'"),
      command: verify,
      prepare: editLockEntry
    ),
    Attack(
      "editedLockEntryChecked",
      editRow,
      .named(3, "'version'"),
      command: ["registry", "lock", "--check"],
      prepare: editLockEntry
    ),
  ]
}
