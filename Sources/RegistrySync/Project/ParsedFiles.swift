import Formats
import RegistryModel
import Synchronization

/// What the files of a project said when they were read last in this process.
///
/// Each is read whenever it is asked for, as others may change it, but parsed only if its bytes are others: a command on
/// a hundred registries would parse a lockfile with a hundred entries a hundred times. Safe to use from several threads.
final class ParsedFiles: Sendable {
  let lockfile = Last<Lockfile>()
  let sources = Last<SourceList>()
  let policy = Last<Policy>()
  let trustStore = Last<TrustStore>()

  /// The bytes of one file, and what they say.
  final class Last<Value: Sendable>: Sendable {
    private let state = Mutex<(bytes: [UInt8], value: Value)?>(nil)

    /// What bytes say, parsed unless they are those of the last call.
    ///
    /// - Throws: What `parse` throws; that is not kept.
    func value(of bytes: [UInt8], parse: ([UInt8]) throws -> Value) throws -> Value {
      if let last = state.withLock({ $0 }), last.bytes == bytes { return last.value }
      let value = try parse(bytes)
      state.withLock { $0 = (bytes, value) }
      return value
    }
  }
}
