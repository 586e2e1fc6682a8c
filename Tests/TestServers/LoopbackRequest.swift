/// A request as a test server saw it.
package struct LoopbackRequest: Hashable, Sendable {
  /// A header field as it came.
  package struct Field: Hashable, Sendable {
    /// The name, in the case it was sent in.
    package let name: String
    /// The value, without leading spaces.
    package let value: String
  }

  /// Such as `GET`.
  package let method: String
  /// The request target, undecoded.
  package let path: String
  /// Such as `HTTP/1.1`.
  package let version: String
  /// All header fields, in order.
  package let fields: [Field]

  /// The value of the first field of this name, ignoring case.
  package func header(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// Reads the bytes before the empty line.
  init?(head: some Collection<UInt8>) {
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let parts = (lines.first ?? "").split(separator: " ")
    guard parts.count == 3 else { return nil }
    (method, path, version) = (String(parts[0]), String(parts[1]), String(parts[2]))
    fields = lines.dropFirst().map { line in
      let pieces = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = pieces.count > 1 ? pieces[1].drop { $0 == " " } : ""
      return Field(name: String(pieces[0]), value: String(value))
    }
  }
}
