import Fetch
import ObjectStore
import RegistryModel

/// Reads files of a registry from wherever they can be had: from its own address, and where that fails from its mirrors
/// in turn (DESIGN section 6a).
///
/// A mirror needs no trust, because whoever receives something proves it: what is not as expected from one place is asked
/// for at the next. While another place is left, none is asked twice for the same reason; only where all failed, those
/// that may recover are asked again as the policy allows. A place that failed is asked last from then on.
struct RetryingReader: Sendable {
  /// The registry's own address.
  let reader: any SourceReader
  private let places: [PlaceReader]
  private let log: PlaceLog

  /// `reader`: The registry's own address, which knows its mirrors.
  init(reader: any SourceReader, policy: RetryPolicy, budget: RetryBudget) {
    self.reader = reader
    let readers = [reader] + reader.mirrors
    let log = PlaceLog(readers.map(\.address))
    places = readers.enumerated().map { index, reader in
      PlaceReader(index: index, reader: reader, policy: policy, budget: budget, log: log)
    }
    self.log = log
  }

  /// What the places did so far.
  var uses: [PlaceUse] { log.uses }

  /// Does something with one place after another, until it is done.
  ///
  /// `file`: What is read, and noted as served by the place where it was done.
  /// `isOnce`: Whether it can be done without, so that nothing is asked again.
  ///
  /// - Throws: What the first place in the order of the source threw, where all failed; what ends a sync at once.
  func inTurn<Value: ~Copyable>(
    _ file: SourceFile,
    isOnce: Bool = false,
    _ body: (PlaceReader) async throws -> Value
  ) async throws -> Value {
    if places.count == 1, let only = places.first {
      return try await serve(file, from: isOnce ? only.once : only, body)
    }
    var failures: [Int: any Error] = [:]
    for place in log.order(of: places) {
      do {
        return try await serve(file, from: place.once, body)
      } catch let error where PlaceFailure.sendsOn(error, file, isOwn: place.isOwn) {
        log.failed(file, at: place.index, error)
        failures[place.index] = error
      }
    }
    return try await askAgain(file, isOnce ? [:] : failures, after: failures, body)
  }

  /// The second round, of the places whose failures may pass.
  private func askAgain<Value: ~Copyable>(
    _ file: SourceFile,
    _ failures: [Int: any Error],
    after first: [Int: any Error],
    _ body: (PlaceReader) async throws -> Value
  ) async throws -> Value {
    var last = first
    for place in places where (failures[place.index] as? FetchError)?.isRetryable == true {
      guard place.policy.maxAttempts > 1 else { break }
      do {
        return try await serve(file, from: place, body)
      } catch let error where PlaceFailure.sendsOn(error, file, isOwn: place.isOwn) {
        last[place.index] = error
      }
    }
    // There is at least one place, and each either returned, threw or is in the list.
    guard let error = last.min(by: { $0.key < $1.key })?.value else { throw FetchError.shutDown }
    throw error
  }

  private func serve<Value: ~Copyable>(
    _ file: SourceFile,
    from place: PlaceReader,
    _ body: (PlaceReader) async throws -> Value
  ) async throws -> Value {
    let value = try await body(place)
    log.served(file, by: place.index)
    return value
  }
}
