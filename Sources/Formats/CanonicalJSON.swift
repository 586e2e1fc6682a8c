/// The bytes over which a manifest is signed (INTEROP "Canonical payload").
package enum CanonicalJSON {
  /// The canonical payload of the fields that a signature block names.
  ///
  /// - Parameters:
  ///   - members: All top-level members of the manifest, names distinct.
  ///   - signedFields: The names that are signed, in any order.
  /// - Returns: UTF-8 without a final newline.
  /// - Throws: `signedFieldRepeated` or `signedFieldMissing`: the block is malformed.
  package static func payload(
    of members: [JSONMember],
    signedFields: [String]
  ) throws(TextProblem) -> [UInt8] {
    var wanted = NameSet()
    for name in signedFields {
      guard wanted.insert(name) else { throw TextProblem(.signedFieldRepeated(name), at: nil) }
    }
    // One pass: a document may have as many members as fit into its bytes.
    let signed = members.filter { wanted.contains($0.name) }
    guard signed.count == signedFields.count else {
      let present = NameSet(signed.map(\.name))
      let missing = signedFields.first { !present.contains($0) } ?? ""
      throw TextProblem(.signedFieldMissing(missing), at: nil)
    }
    return encode(JSONValue(.object(signed)))
  }

  /// The canonical form of a value: minified, with the members of every object sorted.
  package static func encode(_ value: JSONValue) -> [UInt8] {
    JSONWriter.minified(sorted(value))
  }

  private static func sorted(_ value: JSONValue) -> JSONValue {
    switch value.content {
    case .array(let items): JSONValue(.array(items.map(sorted)))
    case .object(let members):
      JSONValue(
        .object(
          members.map { (key: MemberKey($0.name), member: JSONMember($0.name, sorted($0.value))) }
            .sorted { $0.key < $1.key }.map(\.member)
        )
      )
    default: value
    }
  }
}

/// A member name, compared in the order in which ECMAScript enumerates the members of an object.
private struct MemberKey: Comparable {
  // Array indices come first, in numeric order; no index is 2^32 or more.
  private let index: UInt64
  private let utf8: [UInt8]

  init(_ name: String) {
    utf8 = Array(name.utf8)
    index = Self.arrayIndex(utf8) ?? .max
  }

  static func < (left: Self, right: Self) -> Bool {
    guard left.index == right.index else { return left.index < right.index }
    for (left, right) in zip(left.utf8, right.utf8) where left != right {
      // UTF-8 sorts by code point. UTF-16 sorts characters past U+FFFF (lead byte F0 and up) as surrogates, that is
      // before U+E000 to U+FFFF (lead bytes EE and EF). Otherwise the two orders are the same.
      if left >= 0xF0, right >= 0xEE, right < 0xF0 { return true }
      if right >= 0xF0, left >= 0xEE, left < 0xF0 { return false }
      return left < right
    }
    return left.utf8.count < right.utf8.count
  }

  /// The number, for "0" to "4294967294" without leading zeros (ECMA-262, array index).
  private static func arrayIndex(_ utf8: [UInt8]) -> UInt64? {
    guard let first = utf8.first, utf8.count <= 10, first != UInt8(ascii: "0") || utf8.count == 1 else {
      return nil
    }
    var value: UInt64 = 0
    for byte in utf8 {
      guard ASCII.isDigit(byte) else { return nil }
      value = value * 10 + UInt64(byte - UInt8(ascii: "0"))
    }
    return value <= 4_294_967_294 ? value : nil
  }
}
