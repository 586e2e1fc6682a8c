import RegistrySync

// The words for places of a registry that did not serve.
extension Failure {
  /// The failure of the registry's own url, and a line for each mirror.
  init(mirrored error: MirroredFailure) {
    let own = Failure(error.error)
    self.init(own.code, own.kind, own.message, hint: own.hint)
    details = error.mirrors.compactMap { mirror in
      mirror.failureWords.map { Detail(path: nil, message: "the mirror \($0)", hint: nil) }
    }
  }
}

extension PlaceUse {
  /// Why the place failed, worded to follow what it is; nil where it did not fail.
  var failureWords: String? {
    guard let failure else { return nil }
    let more = failure.count > 1 ? " (and \(failure.count - 1) more)" : ""
    return "\(url) failed: \(Failure(failure.first).message)\(more)"
  }
}
