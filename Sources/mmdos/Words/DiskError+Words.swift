import Disk
import SystemPackage

extension DiskError {
  /// What failed and why: lower case, no full stop; the path is not escaped.
  var words: String { "cannot \(operation.words) \(path.quoted): \(reason)" }

  private var reason: String {
    isWrongKind && operation == .open ? "it is a link or not what is expected" : code.words
  }
}

extension DiskError.Operation {
  /// What was to be done, worded to follow "cannot" and to be followed by the path.
  var words: String {
    switch self {
    case .open: "open"
    case .read: "read"
    case .list: "list"
    case .inspect: "inspect"
    case .create: "create"
    case .write: "write"
    case .append: "append to"
    case .truncate: "truncate"
    case .synchronize: "synchronize"
    case .rename: "rename"
    case .exchange: "exchange"
    case .link: "link"
    case .clone: "clone"
    case .makeFolder: "make folder"
    case .remove: "remove"
    case .lock: "lock"
    case .wait: "wait for"
    }
  }
}

extension Errno {
  /// The reason in words of ours: those of the C library differ between systems and follow its language settings.
  var words: String {
    switch self {
    case .notPermitted: "the system does not permit it"
    case .noSuchFileOrDirectory: "no such file or folder"
    case .ioError: "the device reports a read or write error"
    case .noSuchAddressOrDevice: "no such device"
    case .badFileDescriptor: "the file is not open for this"
    case .resourceTemporarilyUnavailable: "it is not possible at the moment"
    case .noMemory: "the system has not enough memory"
    case .permissionDenied: "permission denied"
    case .resourceBusy: "it is in use"
    case .fileExists: "it exists already"
    case .improperLink: "the two places are on different file systems"
    case .notDirectory: "something in the path is not a folder"
    case .isDirectory: "it is a folder"
    case .invalidArgument: "the file system does not support it, or a value is invalid"
    case .tooManyOpenFilesInSystem: "the system has too many files open"
    case .tooManyOpenFiles: "this process has too many files open"
    case .textFileBusy: "it is a program that runs"
    case .fileTooLarge: "the file would be larger than is allowed"
    case .noSpace: "no space left on the device"
    case .illegalSeek: "it is a pipe, in which there are no positions"
    case .readOnlyFileSystem: "the file system is read-only"
    case .tooManyLinks: "the file has too many links"
    case .brokenPipe: "nobody reads the other end any more"
    case .fileNameTooLong: "the name is too long"
    case .noLocks: "the system has no more locks"
    case .noFunction: "this system cannot do it"
    case .directoryNotEmpty: "the folder is not empty"
    case .tooManySymbolicLinkLevels: "a link stands in the path, or links lead in a circle"
    case .overflow: "a value is too large"
    case .notSupported: "the file system does not support it"
    case .diskQuotaExceeded: "the disk quota is used up"
    case .staleNFSFileHandle: "it was removed on the file server"
    case .addressInUse: "the address is in use"
    case .addressNotAvailable: "this machine does not have the address"
    case .addressFamilyNotSupported: "the system does not have this kind of address"
    case .timedOut: "the time ran out"
    case .canceled: "it was cancelled"
    default: "error number \(rawValue)"
    }
  }
}
