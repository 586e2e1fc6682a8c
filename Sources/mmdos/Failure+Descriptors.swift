import Disk
import SystemPackage

extension Failure {
  /// The limit of open files that suffices for every command.
  private static let neededDescriptors: UInt64 = 64

  /// The limit of open files of this process or of the system was reached.
  init(outOfDescriptors error: DiskError) {
    let limit = OpenFiles.limit.map { " than \($0)" } ?? ""
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
    guard let limit = OpenFiles.limit, limit < neededDescriptors else { return }
    throw Failure(
      ExitCodes.failure,
      "too-many-open-files",
      "this process may have no more than \(limit) files open (EMFILE), and this command needs \(neededDescriptors)",
      hint: raiseLimit
    )
  }

  private static let raiseLimit =
    "ulimit -n \(neededDescriptors) raises the limit for what is started after it"
}
