import Fetch
import Synchronization

/// The login of one place, looked up when it is needed and once: a mirror that is never asked costs nobody a prompt.
final class Login: Sendable {
  private let found = Mutex<Result<OriginCredential?, any Error>?>(nil)
  private let find: @Sendable () throws -> OriginCredential?

  init(_ find: @escaping @Sendable () throws -> OriginCredential?) {
    self.find = find
  }

  /// The login; nil where none is configured.
  ///
  /// - Throws: What looking it up threw, each time.
  func credential() throws -> OriginCredential? {
    try found.withLock { found in
      if let found { return found }
      let result = Result { try find() }
      found = result
      return result
    }.get()
  }
}
