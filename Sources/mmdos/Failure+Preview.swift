import Preview
import SystemPackage

// The words for `registry serve`.
extension Failure {
  init(preview error: PreviewError) {
    switch error {
    case .notLoopback(let address):
      self.init(ExitCodes.usage, "not-loopback", "'\(address)' is not an address of this machine alone")
    case .folder(let path, let code):
      self.init(
        code == .noSuchFileOrDirectory ? ExitCodes.absent : ExitCodes.failure,
        "serve-folder",
        "cannot serve \(path.quoted): \(code.words)"
      )
    case .listen(_, let port, .addressInUse):
      self.init(
        ExitCodes.failure,
        "port-in-use",
        "port \(port) is in use",
        hint: "choose another with --port, or 0 for a free one"
      )
    case .listen(let host, let port, let code):
      self.init(
        ExitCodes.failure,
        "listen",
        "cannot listen on port \(port) of \(host.rawValue): \(code.words)",
        hint: "choose another with --port, or 0 for a free one"
      )
    }
  }
}
