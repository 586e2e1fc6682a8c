package import SystemPackage

/// A system call on the disk that failed.
///
/// Made only by this target's wrappers, so that each error names its operation and its path.
package struct DiskError: Error, Equatable, Sendable {
  /// The kind of system call that failed.
  package enum Operation: Sendable {
    case open, read, list, inspect, create, write, append, truncate, synchronize, rename, exchange, link,
      clone, makeFolder, remove, lock, wait
  }

  package let operation: Operation

  /// The file or folder concerned; for messages only.
  package let path: FilePath

  package let code: Errno

  package init(_ operation: Operation, _ path: FilePath, _ code: Errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// Whether the limit of open files of this process or of the system was reached: EMFILE, ENFILE (open(2)).
  package var isOutOfDescriptors: Bool {
    [.tooManyOpenFiles, .tooManyOpenFilesInSystem].contains(code)
  }

  /// Whether the error comes from this process and says nothing about what is stored at the path.
  package var isOfTheProcess: Bool { isCancellation || isOutOfDescriptors }

  /// Whether the error says that a link or another kind of file stands where a file or folder was
  /// expected (DESIGN section 1, rule 11).
  package var isWrongKind: Bool {
    // ENXIO is what opening a socket gives (open(2)).
    [.tooManySymbolicLinkLevels, .notDirectory, .isDirectory, .invalidArgument, .noSuchAddressOrDevice]
      .contains(code)
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs a system call until it is not interrupted (EINTR) and returns its result.
///
/// - Throws: `DiskError` with the call's errno when it returns a negative value.
@discardableResult
func systemCall<Result: SignedInteger>(
  _ operation: DiskError.Operation,
  _ path: @autoclosure () -> FilePath,
  _ call: () -> Result
) throws(DiskError) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    let code = errno
    if code != EINTR { throw DiskError(operation, path(), Errno(rawValue: code)) }
  }
}
