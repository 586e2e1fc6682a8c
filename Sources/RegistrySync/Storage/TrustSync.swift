package import RegistryModel

/// Asks again for every key that says where it came from (`registry trust sync`).
///
/// Nothing is changed here: a host that was taken over must not be able to exchange a key. What is new is
/// shown, and only what `TrustSyncPlan` finds accepted is taken, by `TrustStoreEditing.replace`.
package struct TrustSync: Sendable {
  /// What asking for a key found.
  package struct Outcome: Sendable {
    /// The key as the store has it.
    package let key: TrustedKey
    /// Where was asked; nil where nothing was.
    package let url: String?
    /// What was found.
    package let state: State
  }

  /// What asking for a key found.
  package enum State: Sendable {
    /// The same key.
    case unchanged
    /// Another key under the same name.
    case changed(Ed25519PublicKey)
    /// The publisher's trust store no longer calls the key active.
    case withdrawn(TrustedKey.Status)
    /// Not asked for: the store's own entry is revoked or disabled, which no publisher can undo.
    case notActive
    /// Not asked for: the entry has no `remote_source_url`.
    case noAddress
    /// The address did not give a key.
    case failed(any Error)
  }

  private let fetcher: KeyFetcher

  /// Asks through a fetcher.
  package init(_ fetcher: KeyFetcher) {
    self.fetcher = fetcher
  }

  /// Asks for the keys, one after the other, in the store's order.
  ///
  /// - Throws: `CancellationError`; one key's failure is its outcome.
  package func run(_ keys: [TrustedKey]) async throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for key in keys {
      try Task.checkCancellation()
      outcomes.append(Outcome(key: key, url: key.remoteSourceURL, state: try await ask(for: key)))
    }
    return outcomes
  }

  private func ask(for key: TrustedKey) async throws -> State {
    guard key.status == .active else { return .notActive }
    guard let url = key.remoteSourceURL else { return .noAddress }
    do {
      let found = try await fetcher.fetchKey(key.keyID, from: url)
      return found == key.publicKey ? .unchanged : .changed(found)
    } catch TrustStoreProblem.withdrawnInDocument(_, _, let status) {
      return .withdrawn(status)
    } catch let error as CancellationError {
      throw error
    } catch {
      return .failed(error)
    }
  }
}
