import Formats

/// Hosts of URLs: DNS names, IPv4 and IPv6 addresses, each in its only normal form.
enum URLHost {
  /// Checks the text between `//` and the port, including brackets, and returns its normal form.
  ///
  /// Names are returned in lower case, IPv6 addresses in brackets and in the form of RFC 5952 section 4, so that
  /// every host has one spelling.
  static func normalize(_ bytes: ArraySlice<UInt8>) throws(URLProblem) -> String {
    guard let first = bytes.first else { throw .emptyHost }
    if first == UInt8(ascii: "[") {
      guard bytes.count > 2, bytes.last == UInt8(ascii: "]"),
        let groups = parseIPv6(bytes.dropFirst().dropLast())
      else { throw .badIPv6 }
      return "[" + formatIPv6(groups) + "]"
    }
    let host = String(decoding: bytes, as: UTF8.self).lowercased()
    guard isName(bytes) else { throw .badHost(host) }
    // Resolvers read `127.1`, `0x7f.1` and `2130706433` as addresses. So if the last label looks like a number, the
    // host must be a dotted quad.
    let last = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).last ?? []
    if looksNumeric(last) {
      guard parseIPv4(bytes) != nil else { throw .badHost(host) }
    }
    return host
  }

  /// Whether the normalised host is one of the loopback hosts of DESIGN section 5.
  static func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "127.0.0.1" || host == "[::1]"
  }

  // RFC 1123 section 2.1: labels of letters, digits and inner hyphens, at most 63, in all at most 253.
  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count <= 253 else { return false }
    let hyphen = UInt8(ascii: "-")
    return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
        && label.allSatisfy { ASCII.isLetterOrDigit($0) || $0 == hyphen }
    }
  }

  private static func looksNumeric(_ label: ArraySlice<UInt8>) -> Bool {
    if label.allSatisfy(ASCII.isDigit) { return true }
    let isPrefixed = label.starts(with: "0x".utf8) || label.starts(with: "0X".utf8)
    return isPrefixed && label.dropFirst(2).allSatisfy { ASCII.hexValue($0) != nil }
  }

  private static func parseIPv4(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var values: [UInt16] = []
    for part in parts {
      guard (1...3).contains(part.count), part.allSatisfy(ASCII.isDigit),
        part.count == 1 || part.first != UInt8(ascii: "0")
      else { return nil }
      let value = part.reduce(UInt16(0)) { $0 * 10 + UInt16($1 - 0x30) }
      guard value <= 255 else { return nil }
      values.append(value)
    }
    return values
  }

  /// Reads an address without brackets or zone (RFC 4291 section 2.2) into its eight groups.
  private static func parseIPv6(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
    let colon = UInt8(ascii: ":")
    var gaps: [Int] = []
    for index in bytes.indices.dropLast() where bytes[index] == colon && bytes[index + 1] == colon {
      gaps.append(index)
    }
    // `:::` contains two gaps.
    guard gaps.count <= 1 else { return nil }
    guard let gap = gaps.first else {
      guard let groups = parseGroups(bytes, mayEndInIPv4: true), groups.count == 8 else { return nil }
      return groups
    }
    let tail = bytes[(gap + 2)...]
    guard let left = gap == bytes.startIndex ? [] : parseGroups(bytes[..<gap], mayEndInIPv4: false),
      let right = tail.isEmpty ? [] : parseGroups(tail, mayEndInIPv4: true),
      left.count + right.count <= 7
    else { return nil }
    return left + Array(repeating: 0, count: 8 - left.count - right.count) + right
  }

  private static func parseGroups(_ bytes: ArraySlice<UInt8>, mayEndInIPv4: Bool) -> [UInt16]? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if part.contains(UInt8(ascii: ".")) {
        guard mayEndInIPv4, index == parts.count - 1, let quad = parseIPv4(part) else { return nil }
        groups.append(quad[0] << 8 | quad[1])
        groups.append(quad[2] << 8 | quad[3])
        continue
      }
      guard (1...4).contains(part.count) else { return nil }
      var value: UInt16 = 0
      for byte in part {
        guard let digit = ASCII.hexValue(byte) else { return nil }
        value = value << 4 | UInt16(digit)
      }
      groups.append(value)
    }
    return groups
  }

  // RFC 5952 section 4.2: the first longest run of at least two zero groups becomes `::`.
  private static func formatIPv6(_ groups: [UInt16]) -> String {
    var best = 0..<0
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start > best.count { best = start..<end }
      start = max(end, start + 1)
    }
    func format(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard best.count >= 2 else { return format(groups[...]) }
    return format(groups[..<best.lowerBound]) + "::" + format(groups[best.upperBound...])
  }
}
