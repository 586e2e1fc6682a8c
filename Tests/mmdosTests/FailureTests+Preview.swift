import Preview
import SystemPackage
import Testing

@testable import mmdos

// The failures of `registry serve`.
extension FailureTests {
  static let previewErrors: [PreviewError] = [
    .notLoopback(address: "0.0.0.0"), .folder(path: path, errno: .permissionDenied),
    .folder(path: path, errno: .noSuchFileOrDirectory),
    .listen(host: .ipv4, port: 80, errno: .permissionDenied),
    .listen(host: .ipv4, port: 8787, errno: .addressInUse),
  ]

  static func expected(_ error: PreviewError) -> (code: Int32, kind: String) {
    switch error {
    case .notLoopback: (64, "not-loopback")
    case .folder(_, .noSuchFileOrDirectory): (6, "serve-folder")
    case .folder: (1, "serve-folder")
    case .listen(_, _, .addressInUse): (1, "port-in-use")
    case .listen: (1, "listen")
    }
  }

  @Test(arguments: previewErrors)
  func previewErrorsHaveWords(error: PreviewError) {
    check(error, Self.expected(error))
  }
}
