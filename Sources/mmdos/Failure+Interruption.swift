import Disk
import ObjectStore
import Refs
import RegistrySync

extension Failure {
  /// How a command ends that was told to.
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
  /// Whether nothing failed: the work was cancelled, at whatever depth that was noticed.
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
