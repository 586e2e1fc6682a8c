import Disk
import Refs

// The words for refs, locks and revisions.
extension Failure {
  init(refs error: RefError) {
    switch error {
    case .busy(let path, _) where FileLock.isOwnerFile(path):
      self.init(
        ExitCodes.busy,
        "busy",
        error.words,
        hint:
          "this file system has no locks; if no mmdos runs on any machine that uses the folder, remove \(path.quoted)"
      )
    case .busy:
      self.init(
        ExitCodes.busy,
        "busy",
        error.words,
        hint: "another mmdos is at work; --lock-timeout waits longer"
      )
    case .disk(let error), .commitFailed(_, _, let error): self.init(disk: error)
    case .revision, .absent:
      self.init(ExitCodes.absent, "no-such-revision", error.words, hint: Self.hint(revision: error))
    case .unexpectedValue, .unstable: self.init(ExitCodes.busy, "busy", error.words, hint: "try again")
    case .malformedRef(let path), .unexpectedFile(let path):
      self.init(
        ExitCodes.integrity,
        "refs",
        error.words,
        hint: "remove \(path.quoted), and then mmdos registry sync --all --locked --approved puts in use "
          + "again what registry-lock.json names"
      )
    case .malformedName, .duplicateUpdate, .wrongLock, .zeroID,
      .malformedMessage,
      .malformedAgent, .malformedTime, .malformedReflog, .malformedPendingRecord:
      self.init(ExitCodes.integrity, "refs", error.words)
    }
  }

  private static func hint(revision error: RefError) -> String {
    let list = "mmdos registry log NAME lists the snapshots, mmdos help revisions the forms"
    guard case .revision(let text, _) = error, text.utf8.contains(UInt8(ascii: ".")),
      text.utf8.first.map({ (0x30...0x39).contains($0) }) == true
    else { return list }
    return "a version is written 'v\(text)'; \(list)"
  }
}
