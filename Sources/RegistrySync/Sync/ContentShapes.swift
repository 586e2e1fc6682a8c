import ObjectStore
import RegistryModel
import Synchronization

/// The shapes of the files that a sync read anyway, to prove or to receive them.
final class ContentShapes: Sendable {
  private let shapes = Mutex<[ObjectID: ContentShape]>([:])

  /// What was noted so far.
  var all: [ObjectID: ContentShape] { shapes.withLock { $0 } }

  /// Keeps the shape of a file that was read to its end.
  ///
  /// - Throws: `SyncError.refusedContent` for a program, which refuses the registry.
  func note(_ shape: ContentShape, of file: WantedFile) throws {
    if case .native(let kind) = shape { throw SyncError.refusedContent(path: file.path, kind) }
    shapes.withLock { $0[file.id] = shape }
  }
}
