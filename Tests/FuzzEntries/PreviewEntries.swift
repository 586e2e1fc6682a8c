@testable import Preview

/// What a connection asks for before it ends or is refused.
private struct FuzzedConnection: Equatable {
  static let limits = {
    var limits = PreviewLimits()
    limits.maxHeadBytes = 256
    return limits
  }()

  private(set) var results: [RequestReader.Result] = []

  /// `pieces`: How many bytes arrive at a time.
  init(_ bytes: [UInt8], pieces: Int) {
    var reader = RequestReader(limits: Self.limits)
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(pieces)
      reader.receive(piece)
      rest = rest.dropFirst(piece.count)
      while let result = reader.take() {
        results.append(result)
        // The server closes the connection.
        if case .refused = result { return }
      }
    }
  }
}

extension FuzzEntry {
  static let preview: [FuzzEntry] = [
    FuzzEntry("request-head") { bytes in
      guard let head = RequestHead(parsing: bytes[...]) else { return nil }
      return problem(of: head)
    },
    FuzzEntry("request-stream") { bytes in
      let whole = FuzzedConnection(bytes, pieces: .max)
      for pieces in [1, 2, 7] where FuzzedConnection(bytes, pieces: pieces) != whole {
        return "requests in pieces of \(pieces) are other ones"
      }
      for case .head(let head) in whole.results {
        if let problem = problem(of: head) { return problem }
      }
      return nil
    },
  ]

  private static func problem(of head: RequestHead) -> String? {
    _ = (head.keepsAlive, head.hasBody, head.members("connection"))
    guard case .file(let components, _) = StaticRequest.judge(head) else { return nil }
    let isSafe = components.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0x2F) }
    return violation("a request leads out of the folder", unless: isSafe)
  }
}
