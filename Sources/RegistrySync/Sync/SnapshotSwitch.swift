import Disk
import Formats
import ObjectStore
import Refs
import RegistryModel

/// Puts one snapshot in use: the only place that writes view, pending record, refs and lock entry together.
///
/// A sync, a checkout, a view that is written anew and whoever finishes an interrupted one of these differ only in
/// which steps are there to be made. Steps are those of DESIGN section 3.2; numbers in brackets are those of
/// docs/WRITING-ORDER.md, which says what each step relies on.
struct SnapshotSwitch {
  /// What the lock entry is to say of the snapshot.
  let words: LockWords
  /// What the view of the snapshot holds; its trees were read by now, so a missing one has shown itself.
  let content: ViewContent
  /// The files of the snapshot that the view in place is of, if that is known: those that are as they were written are
  /// linked.
  let reusing: [TreeFile]?
  /// What is to be written at step 2; nil where an interrupted write left the record.
  let record: PendingRecord?
  /// What is to be moved at step 3; nil where the ref in use names the snapshot already.
  let refs: RefMove?
  let pin: PinChange
  /// What was written of the view while its files arrived.
  var draft: ViewDraft?

  /// Makes the steps in their order.
  ///
  /// - Throws: Whatever stops it. Before the ref moved nothing that a user sees has changed; after it the next
  ///   write command finishes the rest, as the pending record is still there.
  func carryOut(by writer: inout RegistryWriter, lock: borrowing RegistryLock) throws -> [SyncWarning] {
    let (views, disk) = (writer.views, writer.disk)
    // Step 1 [1], the durable objects, is behind us. [2] The view beside the one in place: before the ref moves,
    // so that what can fail of it fails while nothing has changed.
    let begun = try views.build(content, reusing: reusing, adding: draft, stock: writer.viewStock())
    try makeBuiltViewDurable(begun, by: writer)
    // Step 2 [3]: without the record nobody would know, after step 3, that view and lock entry have to follow.
    try record?.write(vouchedBy: writer.notary, lock: lock, on: disk)
    // Step 3 [4] to [6]: the commit point.
    try refs?.commit(vouchedBy: writer.notary, lock: lock, on: disk)
    // Whoever changes the view that comes now does so from now on.
    writer.shown = ShownView(content: content, settled: FileTime.settled())
    // Step 4 [7]: not before step 3, or the view could show what is not in use.
    let exchange = try views.putInPlace()
    try writer.keepMarksOfReplaced()
    // Step 4 [8]: after the view, as the lock entry says that what it names is in place.
    try writer.updateLockfile(words, pin)
    // Step 4 [9]: last, when nothing is left to be finished.
    try PendingRecord.remove(lock: lock, on: disk)
    return switch exchange {
    case .atomic: []
    case .fileByFile: [.viewNotExchanged]
    case .mounted(let place): [.viewMounted(place)]
    }
  }

  /// Makes the files of the view beside durable before anything points at them.
  private func makeBuiltViewDurable(_ begun: BegunView, by writer: RegistryWriter) throws {
    // As for objects: one flush is cheaper than many where it can be trusted.
    let files = begun.unflushed(of: content)
    let bytes = files.map(\.size).clampedSum()
    if files.count > 64,
      try writer.disk.synchronizeFileSystem(of: writer.cache.folder, files: files.count, bytes: bytes)
    {
      return
    }
    try writer.views.synchronizeBuilt(begun, files)
  }
}

/// What a lock entry is to say of the snapshot in use.
enum LockWords: Sendable {
  /// What this snapshot says; its words were judged, not only read.
  case says(Snapshot)
  /// What it says already, as it is about the snapshot.
  case stays
}

/// Refs to move together, and what their reflog lines say.
struct RefMove {
  private let updates: [RefUpdate]
  private let note: ReflogNote

  /// Collects what is to be moved.
  ///
  /// `updates`: In the order in which they are made; the ref in use is the last, as it is the commit point.
  /// `facts`: What programs read of the message.
  ///
  /// - Throws: `RefError` for a message that is not one line of text.
  init(_ updates: [RefUpdate], at time: Timestamp, message: String, facts: ReflogFacts) throws {
    self.updates = updates
    note = try ReflogNote(
      agentVersion: Agent.version,
      seconds: time.secondsSince1970,
      message: message,
      facts: facts
    )
  }

  /// Checks that the refs are what the updates expect, then moves them.
  ///
  /// - Throws: `RefError`; refs before the one that it names may have moved.
  func commit(
    vouchedBy notary: any Notary,
    lock: borrowing RegistryLock,
    on disk: any Disk
  ) throws {
    let transaction = try RefTransaction.prepare(
      updates,
      note: note,
      vouchedBy: notary,
      lock: lock,
      on: disk
    )
    try transaction.commit(lock: lock)
  }
}
