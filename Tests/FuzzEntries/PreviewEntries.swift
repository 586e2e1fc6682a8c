@testable import Preview

extension FuzzEntry {
  static let preview: [FuzzEntry] = [
    FuzzEntry("request-head") { bytes in
      guard let head = RequestHead(parsing: bytes[...]) else { return nil }
      _ = (head.keepsAlive, head.hasBody, head.members("connection"))
      guard case .file(let components, _) = StaticRequest.judge(head) else { return nil }
      let isSafe = components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0x2F) }
      return violation("a request leads out of the folder", unless: isSafe)
    }
  ]
}
