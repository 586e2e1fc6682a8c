import Disk
package import ObjectStore
import SystemPackage

/// The values a ref had, as far as its log goes.
package struct Reflog: Equatable, Sendable {
  /// What an interrupted change left at the end of a log.
  package enum Leftover: Equatable, Sendable {
    /// A last line without its newline.
    case torn
    /// A last line for a change that never happened: its new id is not the ref's value.
    case unconfirmed(ObjectID)
    /// A whole log without its ref: removing a ref removes the log last, making one writes the log first.
    case withoutRef
  }

  /// The value of the ref at the same moment; nil when it was absent.
  package let value: ObjectID?

  /// The changes that happened, newest first; `@{N}` is the new value of the N-th that is a move.
  package let entries: [ReflogEntry]

  /// What readers ignore and the next writer removes (DESIGN section 3.2), the first that applies.
  package let leftover: Leftover?

  /// The last line, if it is about a change that did not happen, or that was undone without a line.
  package let unconfirmed: ReflogEntry?

  /// How many bytes of the file hold `entries`.
  let confirmedLength: Int

  /// The largest log that is read, in bytes: some 250,000 changes.
  static let maximumSize = 64 * 1024 * 1024

  /// The longest line that `findLastLine` takes for one, in bytes; a longer one only costs time.
  static let maximumLine: Int64 = 16 * 1024

  /// Reads a log's bytes beside the ref's value.
  ///
  /// - Throws: `RefError.malformedReflog` for a whole line that mmdos would not have written.
  init(_ bytes: [UInt8], value: ObjectID?, path: FilePath) throws(RefError) {
    self.value = value
    guard let value else {
      entries = []
      unconfirmed = nil
      confirmedLength = 0
      leftover = bytes.isEmpty ? nil : .withoutRef
      return
    }
    var entries: [ReflogEntry] = []
    var starts: [Int] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      guard let entry = ReflogEntry.decode(bytes[start..<end]) else {
        throw .malformedReflog(path, line: entries.count + 1)
      }
      entries.append(entry)
      starts.append(start)
      start = end + 1
    }
    var leftover: Leftover? = start < bytes.count ? .torn : nil
    if let last = entries.last, last.new != value {
      leftover = leftover ?? .unconfirmed(last.new)
      unconfirmed = entries.removeLast()
      start = starts[entries.count]
    } else {
      unconfirmed = nil
    }
    self.entries = entries.reversed()
    self.leftover = leftover
    confirmedLength = start
  }
}

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
  /// - Throws: `RefError.malformedReflog`; `.unstable` when the ref changed at every attempt; what `find`
  ///   throws.
  package func reflog(of ref: RefName) throws(RefError) -> Reflog {
    for _ in 0..<Self.maximumAttempts {
      let value = try find(ref)
      let (bytes, path) = try reflogBytes(of: ref)
      guard try find(ref) == value else { continue }
      do {
        return try Reflog(bytes, value: value, path: path)
      } catch {
        // A writer may have been cutting off an old line and appending a new one at this moment.
        if try reflogBytes(of: ref).bytes == bytes { throw error }
      }
    }
    throw .unstable(ref, attempts: Self.maximumAttempts)
  }

  /// The reflog of a ref, together with the ref's value at the same moment, read from its end as far as it is needed.
  ///
  /// Takes no lock, as `reflog(of:)`.
  ///
  /// - Throws: `RefError.malformedReflog` for one of the last lines; `.unstable`; what `find` throws.
  package func reflogLines(of ref: RefName) throws(RefError) -> ReflogLines {
    for attempt in 1...Self.maximumAttempts {
      let value = try find(ref)
      let lines: ReflogLines
      do {
        lines = try ReflogLines(try reflogFile(of: ref), value: value)
      } catch {
        // A writer may have been cutting off an old line and appending a new one at this moment.
        guard attempt < Self.certainAttempts else { throw error }
        continue
      }
      if try find(ref) == value { return lines }
    }
    throw .unstable(ref, attempts: Self.maximumAttempts)
  }

  private func reflogFile(of ref: RefName) throws(RefError) -> ReadableFile? {
    guard ref.hasReflog, let folder = try folder(RefsLayout.logs, ref.kind) else { return nil }
    return try mapDiskError { () throws(DiskError) in try folder.findFile(RefsLayout.file(of: ref)) }
  }

  /// The last line of a ref's reflog, whether or not its change happened; nil where there is none, or it is not whole.
  ///
  /// No more of the file is read, however long it is.
  ///
  /// - Throws: `RefError.disk`.
  package func findLastLine(of ref: RefName) throws(RefError) -> ReflogEntry? {
    guard ref.hasReflog, let folder = try folder(RefsLayout.logs, ref.kind) else { return nil }
    let tail = try mapDiskError { () throws(DiskError) in
      guard let file = try folder.findFile(RefsLayout.file(of: ref)) else { return [UInt8]() }
      let size = file.attributes.size
      var buffer = [UInt8](repeating: 0, count: Int(min(size, Reflog.maximumLine + 1)))
      let count = try file.read(at: size - Int64(buffer.count), into: &buffer)
      return Array(buffer.prefix(count))
    }
    guard tail.last == UInt8(ascii: "\n") else { return nil }
    let lines = tail.dropLast()
    let start = lines.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    // A line that fills all that was read is longer than any that is written, unless it is the first.
    guard start != nil || tail.count <= Reflog.maximumLine else { return nil }
    return ReflogEntry.decode(lines[(start ?? 0)...])
  }

  private func reflogBytes(of ref: RefName) throws(RefError) -> (bytes: [UInt8], path: FilePath) {
    guard ref.hasReflog, let folder = try folder(RefsLayout.logs, ref.kind) else { return ([], "") }
    let file = RefsLayout.file(of: ref)
    let bytes = try mapDiskError { () throws(DiskError) in
      try folder.findBytes(file, limit: Reflog.maximumSize)
    }
    return (bytes ?? [], folder.path.appending(file))
  }
}
