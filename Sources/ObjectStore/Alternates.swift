package import Disk
import Synchronization
package import SystemPackage

/// Object folders of other stores, whose objects may be used after they were verified (DESIGN section 9).
///
/// Nothing read from them is trusted, and this store stays complete if they disappear. They are opened when the first
/// object is not found in this store: opening a folder on a server that is gone can wait for ever, and most commands
/// need none of them.
package final class Alternates: Sendable {
  /// The most folders that are searched; anybody who can write to the cache can make the list longer.
  package static let maximumCount = 16

  private struct Opened: Sendable {
    var places: [ObjectPlace] = []
    var unavailable: [FilePath] = []
  }

  private let objects: Folder
  private let lender: Folder?
  private let opened = Mutex<Opened?>(nil)

  /// Opens nothing.
  ///
  /// `objects`: The folder of the store whose list it is. `lender`: A folder that is searched last.
  init(in objects: Folder, and lender: Folder?) {
    self.objects = objects
    self.lender = lender
  }

  /// Whether there are none; opens nothing but the list.
  ///
  /// - Throws: `DiskError` when the list cannot be read.
  package func isEmpty() throws(DiskError) -> Bool {
    if lender != nil { return false }
    return try AlternatesList.read(in: objects).isEmpty
  }

  /// The object folders that could be opened, in the order in which they are searched.
  ///
  /// - Throws: `DiskError` when the list cannot be read.
  package func folders() throws(DiskError) -> [Folder] { try places().map(\.folder) }

  /// Folders that are listed but cannot be opened, or are more than are searched; reading continues without them.
  ///
  /// - Throws: As `folders`.
  package func unavailable() throws(DiskError) -> [FilePath] { try open().unavailable }

  /// The unavailable ones as far as they were needed so far; opens nothing.
  package var knownUnavailable: [FilePath] { opened.withLock { $0?.unavailable ?? [] } }

  func places() throws(DiskError) -> [ObjectPlace] { try open().places }

  private func open() throws(DiskError) -> Opened {
    try opened.withLock { (state) throws(DiskError) in
      if let known = state { return known }
      let fresh = try Self.open(in: objects, and: lender)
      state = fresh
      return fresh
    }
  }

  /// Alternates of alternates are not followed.
  private static func open(in objects: Folder, and lender: Folder?) throws(DiskError) -> Opened {
    let paths = try AlternatesList.read(in: objects)
    var opened = Opened(unavailable: Array(paths.dropFirst(maximumCount)))
    for path in paths.prefix(maximumCount) {
      guard path.isAbsolute, !path.string.utf8.contains(0) else {
        opened.unavailable.append(path)
        continue
      }
      do {
        opened.places.append(ObjectPlace(folder: try Folder.open(path)))
      } catch {
        if error.isOutOfDescriptors { throw error }
        // An alternate may disappear at any time, so this is not an error here; `Fsck` reports it.
        opened.unavailable.append(path)
      }
    }
    if let lender { opened.places.append(ObjectPlace(folder: lender)) }
    return opened
  }
}
