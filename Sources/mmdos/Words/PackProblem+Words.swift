import ObjectStore
import SystemPackage

extension PackProblem {
  /// What is wrong with a pack, to follow "cannot be used: ".
  var words: String {
    switch self {
    case .noPack: "it is not a pack"
    case .badStream(let offset, let problem):
      "at byte \(offset) is no object (\(ObjectStoreError.Damage.encoding(problem).words))"
    case .wrongHash: "its last bytes are not its hash"
    case .duplicate(let id): "object \(id) is twice in it"
    case .tooManyObjects(let limit): "there are more than \(limit) objects in it"
    case .tooManyPacks(let limit): "there are more than \(limit) packs"
    case .tooLarge(let limit): "it has more than \(limit) bytes"
    case .badIndex: "it is not the index of a pack"
    case .wrongPlaces: "its index names other places than it has"
    case .unreadable(let error): Failure(ObjectStoreError.disk(error)).message
    }
  }
}
