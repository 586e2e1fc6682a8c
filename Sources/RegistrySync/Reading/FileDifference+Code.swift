import Disk
import ObjectStore
import RegistryModel

extension FileDifference {
  /// Whether the file is code, which stands apart wherever differences are shown: what comes counts, else what goes.
  ///
  /// - Throws: `ObjectStoreError` when the file is missing or damaged.
  func isCode(in store: ObjectStore) throws(ObjectStoreError) -> Bool {
    guard let side = new ?? old else { return false }
    if hasNameOfCode { return true }
    guard let size = side.size else { return false }
    var detector = ContentDetector()
    try store.stream(side.id, size: size) { () throws(DiskError) in
      detector = ContentDetector()
    } into: { (piece) throws(DiskError) in
      try Cancellation.check()
      detector.append(piece)
    }
    return ContentClass(detector.finish(), name: side.path.description) == .code
  }

  /// Whether the file's name is that of code, whatever is in it.
  var hasNameOfCode: Bool { ContentClass(.text, name: path.description) == .code }
}
