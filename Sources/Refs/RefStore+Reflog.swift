import Disk
import ObjectStore
import SystemPackage

extension RefStore {
  /// How often a reader starts again before it gives up.
  private static let maximumAttempts = 100
  /// What is wrong at so many attempts is not the work of a writer.
  private static let certainAttempts = 4

  /// The reflog of a ref, together with the ref's value at the same moment.
  ///
  /// Takes no lock: reads again while a writer is changing the two (DESIGN section 3.2).
  ///
  /// - Parameter ref: The ref; one of a kind that has no reflog has no entries.
  /// - Returns: A log without entries where there is none.
  /// - Throws: `RefError.malformedReflog` for one of the last lines; `.unstable` when the ref changed at every attempt;
  ///   what `find` throws.
  package func reflog(of ref: RefName) throws(RefError) -> Reflog {
    for attempt in 1...Self.maximumAttempts {
      let value = try find(ref)
      let log: Reflog
      do {
        log = try Reflog(try reflogFile(of: ref), value: value)
      } catch {
        // A writer may have been cutting off an old line and appending a new one at this moment.
        guard attempt < Self.certainAttempts else { throw error }
        continue
      }
      if try find(ref) == value { return log }
    }
    throw .unstable(ref, attempts: Self.maximumAttempts)
  }

  private func reflogFile(of ref: RefName) throws(RefError) -> ReadableFile? {
    guard ref.hasReflog, let folder = try folder(RefsLayout.logs, ref.kind) else { return nil }
    return try mapDiskError { () throws(DiskError) in try folder.findFile(RefsLayout.file(of: ref)) }
  }
}
