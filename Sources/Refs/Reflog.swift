import Disk
package import ObjectStore
import Synchronization
import SystemPackage

/// The values a ref had, as far as its log goes, newest first, read from the end of the file as far as they are asked for.
///
/// What is confirmed is never changed in place: a writer cuts off what an interrupted one left, and appends; whoever
/// forgets lines replaces the file, and this one still has the old. So what is read later fits to what was read first.
/// A line that mmdos would not have written is found when it is reached. Safe from several threads.
package final class Reflog: Sendable {
  /// What an interrupted change left at the end of a log.
  package enum Leftover: Equatable, Sendable {
    /// A last line without its newline.
    case torn
    /// A last line for a change that never happened: its new id is not the ref's value.
    case unconfirmed(ObjectID)
    /// A whole log without its ref: removing a ref removes the log last, making one writes the log first.
    case withoutRef
  }

  /// How many bytes are read at once: some sixty lines.
  static let blockBytes: Int64 = 16 << 10

  /// The largest log that is read, in bytes: some 250,000 changes.
  static let maximumSize = 64 * 1024 * 1024

  /// The value of the ref at the same moment; nil when it was absent.
  package let value: ObjectID?
  /// What readers ignore and the next writer removes (DESIGN section 3.2), the first that applies.
  package let leftover: Leftover?
  /// The last line, if it is about a change that did not happen, or that was undone without a line.
  package let unconfirmed: ReflogEntry?
  /// How many bytes of the file hold changes that happened.
  let confirmedLength: Int64

  private struct State: ~Copyable {
    var file: ReflogFile
    /// The changes that happened, as far as they were read, newest first.
    var entries: [ReflogEntry] = []
  }

  private let state: Mutex<State>

  /// Reads the end of a log; `file` is nil where there is none.
  ///
  /// - Throws: `RefError.malformedReflog`, `.disk`.
  init(_ file: consuming ReadableFile?, value: ObjectID?) throws(RefError) {
    var file = ReflogFile(file)
    self.value = value
    guard value != nil else {
      leftover = file.size == 0 ? nil : .withoutRef
      (unconfirmed, confirmedLength) = (nil, 0)
      state = Mutex(State(file: ReflogFile(nil)))
      return
    }
    let isTorn = try file.skipTornLine()
    let end = file.unreadBytes
    var entries = try file.readBlock()
    if let last = entries.first, last.new != value {
      entries.removeFirst()
      unconfirmed = last
      leftover = isTorn ? .torn : .unconfirmed(last.new)
      confirmedLength = end - Int64(last.encode().count)
    } else {
      unconfirmed = nil
      leftover = isTorn ? .torn : nil
      confirmedLength = end
    }
    state = Mutex(State(file: file, entries: entries))
  }

  /// Whether no change is known to have happened.
  package var isEmpty: Bool { confirmedLength == 0 }

  /// The change that `@{number}` means; nil where there are not so many.
  ///
  /// - Throws: `RefError.malformedReflog`, `.disk`.
  package func find(_ number: Int) throws(RefError) -> ReflogEntry? {
    try state.withLock { (state) throws(RefError) in
      while number >= state.entries.count, state.file.unreadBytes > 0 {
        state.entries += try state.file.readBlock()
      }
      return state.entries.indices.contains(number) ? state.entries[number] : nil
    }
  }

  /// The first change, from the newest on, of which something is true.
  ///
  /// - Throws: As `find`; what `body` throws.
  package func first(where body: (ReflogEntry) throws -> Bool) throws -> ReflogEntry? {
    var number = 0
    while let entry = try find(number) {
      if try body(entry) { return entry }
      number += 1
    }
    return nil
  }

  /// The newest changes.
  ///
  /// - Throws: As `find`.
  package func prefix(_ count: Int) throws(RefError) -> [ReflogEntry] {
    _ = try find(max(count, 1) - 1)
    return state.withLock { Array($0.entries.prefix(count)) }
  }

  /// All changes that happened; `@{N}` is the new value of the N-th that is a move.
  ///
  /// - Throws: As `find`.
  package var entries: [ReflogEntry] {
    get throws(RefError) { try prefix(.max) }
  }
}

/// A reflog's file, read line by line from its end.
private struct ReflogFile: ~Copyable {
  private final class Open: Sendable {
    let file: ReadableFile

    init(_ file: consuming ReadableFile) {
      self.file = file
    }
  }

  /// Nil where there is no log.
  private let open: Open?
  let size: Int64
  /// How many bytes from the beginning were not read yet; they end with a whole line.
  private(set) var unreadBytes: Int64

  init(_ file: consuming ReadableFile?) {
    if let file {
      size = file.attributes.size
      open = Open(file)
    } else {
      (size, open) = (0, nil)
    }
    unreadBytes = size
  }

  private var path: FilePath { open?.file.path ?? "" }

  /// Leaves out a last line without its newline; returns whether there is one.
  mutating func skipTornLine() throws(RefError) -> Bool {
    guard size <= Reflog.maximumSize else { throw .disk(DiskError(.read, path, .fileTooLarge)) }
    while unreadBytes > 0 {
      let bytes = try read(max(0, unreadBytes - Reflog.blockBytes)..<unreadBytes)
      if let last = bytes.lastIndex(of: UInt8(ascii: "\n")) {
        unreadBytes -= Int64(bytes.count - last - 1)
        break
      }
      unreadBytes -= Int64(bytes.count)
    }
    return unreadBytes < size
  }

  /// Reads the lines before what was read, newest first: at least one, if there is one.
  mutating func readBlock() throws(RefError) -> [ReflogEntry] {
    var length = Reflog.blockBytes
    while unreadBytes > 0 {
      let start = max(0, unreadBytes - length)
      let bytes = try read(start..<unreadBytes)
      let newline = UInt8(ascii: "\n")
      // The first line of the block is whole only where the file begins.
      let begin = start == 0 ? 0 : bytes.dropLast().firstIndex(of: newline).map { $0 + 1 }
      if let begin {
        let entries = try decode(bytes[begin...], at: start + Int64(begin))
        unreadBytes = start + Int64(begin)
        return entries
      }
      length *= 2
    }
    return []
  }

  /// Decodes whole lines; returns the last one first.
  private func decode(_ bytes: ArraySlice<UInt8>, at offset: Int64) throws(RefError) -> [ReflogEntry] {
    var entries: [ReflogEntry] = []
    for line in bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard let entry = ReflogEntry.decode(line) else {
        let place = offset + Int64(line.startIndex - bytes.startIndex)
        throw .malformedReflog(path, line: try countLines(before: place) + 1)
      }
      entries.append(entry)
    }
    return entries.reversed()
  }

  private func countLines(before offset: Int64) throws(RefError) -> Int {
    var (count, position): (Int, Int64) = (0, 0)
    while position < offset {
      let bytes = try read(position..<min(offset, position + Reflog.blockBytes))
      count += bytes.count { $0 == UInt8(ascii: "\n") }
      position += Int64(bytes.count)
    }
    return count
  }

  /// Reads a range of the file, which has become shorter only while a writer works on its end.
  private func read(_ range: Range<Int64>) throws(RefError) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: Int(range.count))
    var filled = 0
    do throws(DiskError) {
      filled = try open?.file.read(at: range.lowerBound, into: &buffer) ?? 0
    } catch {
      throw .disk(error)
    }
    guard filled == buffer.count else { throw .disk(DiskError(.read, path, .ioError)) }
    return buffer
  }
}
