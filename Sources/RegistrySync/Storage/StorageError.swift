package import ObjectStore

/// Why nothing is cleared, as data; `mmdos` makes the words.
package enum StorageError: Error, Equatable, Sendable {
  /// Garbage is not collected, because an object that leads on to others cannot be read.
  case cannotCollect(ObjectStoreError)
}
