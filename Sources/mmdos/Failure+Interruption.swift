import Disk
import ObjectStore
import Refs
import RegistrySync

extension Failure {
  /// The failure of a command that was interrupted by a signal.
  static var interrupted: Failure {
    Failure(
      Interruption.exitCode ?? ExitCodes.interrupted,
      "interrupted",
      "interrupted",
      hint: "what was done is whole and what was proven is kept; run it again"
    )
  }
}

extension Error {
  /// Whether the error is a cancellation, whichever layer noticed it.
  var isCancellation: Bool {
    switch self {
    case is CancellationError: true
    case let error as DiskError: error.isCancellation
    case let error as ObjectStoreError: error.cause?.isCancellation ?? false
    case let error as RefError: error.cause?.isCancellation ?? false
    case let error as SyncError: error.cause?.isCancellation ?? false
    case let error as StorageError: error.cause?.isCancellation ?? false
    default: false
    }
  }
}

extension ObjectStoreError {
  fileprivate var cause: DiskError? {
    if case .disk(let error) = self { error } else { nil }
  }
}

extension RefError {
  fileprivate var cause: DiskError? {
    switch self {
    case .disk(let error), .commitFailed(_, _, let error): error
    default: nil
    }
  }
}

extension SyncError {
  fileprivate var cause: DiskError? {
    if case .localSource(let error) = self { error } else { nil }
  }
}

extension StorageError {
  fileprivate var cause: DiskError? {
    if case .cannotCollect(let error) = self { error.cause } else { nil }
  }
}
