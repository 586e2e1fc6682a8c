@testable import Fetch

extension FuzzEntry {
  static let fetch: [FuzzEntry] = [
    FuzzEntry("response-head") { bytes in
      var reader = ResponseHeadReader(maxBytes: 1 << 16)
      var start = 0
      while start < bytes.count {
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
        do {
          let head = try bytes[start..<end].withUnsafeBytes { line throws(ResponseHeadReader.Problem) in
            try reader.take(line)
          }
          if let head, !(100...599).contains(head.status) { return "the status is no status" }
        } catch {
          return nil
        }
        start = end
      }
      return nil
    },
    FuzzEntry("proxy") { bytes in
      _ = ProxySettings.parse(bytes.text(0))
      _ = ProxySettings.isExcepted(host: "registry.example", port: 443, by: bytes.text(1))
      _ = ProxySettings.isExcepted(host: "10.1.2.3", port: 443, by: bytes.text(1))
      _ = ProxySettings.isExcepted(host: "[fe80::1]", port: 443, by: bytes.text(1))
      return nil
    },
    FuzzEntry("header-values") { bytes in
      _ = RetryAfter.parse(bytes.text(0), now: 1_700_000_000)
      _ = EntityTag.isValid(bytes.text(0))
      _ = EntityTag.provesContent(bytes.text(0), lastModified: bytes.text(1))
      return nil
    },
  ]
}
