import Disk
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Failure {
  /// The limit of open files that suffices for every command.
  private static let neededDescriptors: UInt64 = 64

  /// The limit of open files of this process or of the system was reached.
  init(outOfDescriptors error: DiskError) {
    let limit = Self.descriptorLimit.map { " than \($0)" } ?? ""
    let why =
      error.code == .tooManyOpenFiles
      ? "this process may have no more\(limit) files open (EMFILE)"
      : "the system has too many files open (ENFILE)"
    self.init(
      ExitCodes.failure,
      "too-many-open-files",
      "cannot \(error.operation.words) \(error.path.quoted): \(why)",
      hint: error.code == .tooManyOpenFiles ? Self.raiseLimit : "try again later"
    )
  }

  /// Requires enough descriptors before using the network, because connections and libraries need them too.
  ///
  /// - Throws: `Failure` where the process may open too few files.
  static func requireDescriptors() throws {
    guard let limit = descriptorLimit, limit < neededDescriptors else { return }
    throw Failure(
      ExitCodes.failure,
      "too-many-open-files",
      "this process may have no more than \(limit) files open (EMFILE), and this command needs \(neededDescriptors)",
      hint: raiseLimit
    )
  }

  private static let raiseLimit =
    "ulimit -n \(neededDescriptors) raises the limit for what is started after it"

  /// The limit of open files of this process; nil where the system call fails.
  private static var descriptorLimit: UInt64? {
    var limit = rlimit()
    return getrlimit(openFilesLimit, &limit) == 0 ? UInt64(limit.rlim_cur) : nil
  }
}

#if canImport(Glibc)
  private let openFilesLimit = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
  private let openFilesLimit = RLIMIT_NOFILE
#endif
