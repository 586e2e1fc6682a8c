import Fetch
import ObjectStore
import RegistryModel

/// Reads files of a registry from one of its places, asking again where that may help (DESIGN section 6, step 4).
struct PlaceReader: Sendable {
  /// The place in the order of the source: 0 is its own address, the first mirror is 1.
  let index: Int
  let reader: any SourceReader
  var policy: RetryPolicy
  let budget: RetryBudget
  let log: PlaceLog
  let throttle = Throttle()

  /// Whether it is the source's own address and no mirror.
  var isOwn: Bool { index == 0 }

  /// The same for requests that are made once.
  var once: PlaceReader {
    var copy = self
    copy.policy.maxAttempts = 1
    return copy
  }

  /// Reads a file until it succeeds or trying again is pointless.
  ///
  /// `makeReceiver`: Called before every attempt: what an earlier one received is void.
  /// Returns how the last attempt ended, and the receiver it filled.
  ///
  /// - Throws: The last attempt's failure; `CancellationError`.
  func read<Receiver: ByteReceiver & ~Copyable>(
    _ file: SourceFile,
    options: ReadOptions,
    makeReceiver: () throws -> Receiver
  ) async throws -> Received<Receiver> {
    try await policy.run(budget: budget, throttle: throttle) {
      var receiver = try makeReceiver()
      let response = try await reader.read(file, options: options) { try receiver.receive($0) }
      return Received(response: response, receiver: receiver)
    }
  }
}

extension PlaceReader {
  /// Reads the manifest, and notes where it moved to.
  ///
  /// - Throws: `SyncError.pageInsteadOfManifest`, besides what `read` throws.
  func readManifest(options: ReadOptions) async throws -> Received<BytesReceiver> {
    let received = try await read(.manifest, options: options) { BytesReceiver() }
    let redirection = received.response.redirection
    if reader.isRemote, WebPage.isOne(received.receiver.bytes) {
      throw SyncError.pageInsteadOfManifest(
        source: reader.location(of: .manifest),
        target: redirection?.url,
        isLogin: redirection?.isLoginPage ?? false || WebPage.wantsLogin(received.receiver.bytes)
      )
    }
    if let moved = redirection?.movedTo { log.moved(to: moved, place: index) }
    return received
  }
}

/// Pages that come where a file should be.
private enum WebPage {
  /// Whether a text begins like an HTML page; JSON never begins with this character.
  static func isOne(_ bytes: [UInt8]) -> Bool {
    bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) } == UInt8(ascii: "<")
  }

  /// Whether a page has a field for a password.
  static func wantsLogin(_ page: [UInt8]) -> Bool {
    let text = String(decoding: page, as: UTF8.self).lowercased()
    return ["\"", "'", ""].contains { text.contains("type=\($0)password") }
  }
}

/// Something that takes in a file piece by piece.
protocol ByteReceiver: ~Copyable {
  /// Takes in the next bytes.
  mutating func receive(_ bytes: RawSpan) throws
}

/// The end of a successful attempt.
struct Received<Receiver: ~Copyable>: ~Copyable {
  let response: FetchResponse
  var receiver: Receiver
}
