import Disk
import Fetch
import ObjectStore
import RegistryModel
import SystemPackage

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
    } catch let error where RetryingReader.meansAbsent(error) {
      return nil
    }
  }
}

extension RetryingReader {
  /// Whether a source answers, and has no such file for us.
  static func meansAbsent(_ error: any Error) -> Bool {
    switch error {
    // S3 answers 403 for an absent file unless listing is allowed.
    case FetchError.status(_, let code, _): [403, 404, 410].contains(code)
    // Some hosts lead to their front page instead, wherever that is.
    case FetchError.redirectRefused, SyncError.manifestTooLarge, SyncError.invalidURL: true
    case SyncError.localSource(let error): error.code == .noSuchFileOrDirectory
    default: false
    }
  }
}
