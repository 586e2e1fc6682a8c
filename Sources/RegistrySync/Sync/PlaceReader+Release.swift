import Fetch
import ObjectStore
import RegistryModel

/// Reading what a publisher may offer besides manifest and files.
extension PlaceReader {
  /// The manifest with that id, from `releases/`; nil where the publisher does not offer it, or offers another text
  /// under its name.
  ///
  /// `limit`: The largest size in bytes; a larger one is not offered.
  ///
  /// - Throws: What `read` throws for a source that cannot be read at all.
  func findRelease(_ id: ObjectID, limit: Int64) async throws -> [UInt8]? {
    let options = ReadOptions(maxBytes: limit)
    do {
      let bytes = try await read(.offered(.release(id)), options: options) { BytesReceiver() }.receiver.bytes
      return ObjectID(hashing: bytes) == id ? bytes : nil
    } catch let error where PlaceFailure.meansAbsent(error) {
      return nil
    }
  }
}
