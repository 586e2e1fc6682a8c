package import ObjectStore

/// Why nothing was removed, as data; `mmdos` makes the words.
package enum StorageError: Error, Equatable, Sendable {
  /// A reachable snapshot or tree cannot be read, so garbage cannot be told from needed objects.
  case cannotCollect(ObjectStoreError)
}
