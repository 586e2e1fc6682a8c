import Fetch
import ObjectStore

/// Reads files of a registry, asking again where that may help (DESIGN section 6, step 4).
struct RetryingReader: Sendable {
  let reader: any SourceReader
  let policy: RetryPolicy
  let budget: RetryBudget
  let throttle = Throttle()

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
    do {
      return try await policy.run(budget: budget, throttle: throttle) {
        var receiver = try makeReceiver()
        let response = try await reader.read(file, options: options) { try receiver.receive($0) }
        return Received(response: response, receiver: receiver)
      }
    } catch let error as FetchError {
      throw error
    }
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
