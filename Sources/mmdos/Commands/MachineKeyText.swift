import Disk
import RegistryModel
import RegistrySync
import SystemPackage

extension MachineKeyFile.Problem {
  /// Why nothing is vouched for, as a warning.
  var words: String {
    switch self {
    case .noPlace:
      "this machine vouches for nothing: neither XDG_STATE_HOME nor HOME names a folder for its key"
    case .unusable(let path, let problem): "the machine's key '\(path)' is not used: \(problem.words)"
    case .disk(let error): "the machine's key cannot be read: '\(error.path)': \(error.code)"
    }
  }
}

extension MachineKeyProblem {
  fileprivate var words: String {
    switch self {
    case .wrongSize(let size): "it has \(size) bytes, not \(MachineKey.byteCount)"
    case .notAFile: "it is no regular file"
    case .ownedByAnotherUser(let owner): "it belongs to another user (\(owner))"
    case .accessibleToOthers(let mode):
      "others can access it (mode \(String(mode, radix: 8))), it must have mode 600"
    case .folderOfOthers(let owner, let mode):
      "its folder belongs to user \(owner) and has mode \(String(mode, radix: 8)); only you may write to it"
    }
  }
}
