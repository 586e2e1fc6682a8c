/// One folder of a snapshot: names with the ids of files and folders (DESIGN section 3.1).
package struct Tree: Equatable, Sendable {
  /// The kind of object that a name refers to.
  package enum Kind: String, Sendable {
    /// A file; the id is the SHA-256 of its bytes.
    case blob
    /// A folder; the id is that of its tree payload.
    case tree
  }

  /// One entry of the folder.
  package struct Entry: Equatable, Sendable {
    package let kind: Kind
    /// The size of the blob, or of all blobs below the tree, in bytes.
    package let size: Int64
    package let id: ObjectID
    /// A valid file name; see `isLegalName`.
    package let name: String
  }

  /// The entries, sorted by the UTF-8 bytes of their names, without duplicates.
  package let entries: [Entry]

  /// The deepest nesting of folders; above the limit for manifest paths (DESIGN section 5: 32).
  package static let maximumDepth = 64

  /// The largest tree payload in bytes; it bounds the memory for reading one.
  package static let maximumPayloadBytes: Int64 = 64 << 20

  /// The largest size that an entry may state, in bytes: 18 digits.
  static let maximumSize: Int64 = 999_999_999_999_999_999

  private static let header = "tree 1\n"
  static var headerBytes: Int { header.utf8.count }

  /// The most bytes that an entry takes: kind, size, id, spaces and newline take at most 90, and the name its own.
  static func maximumEntryBytes(_ name: String) -> Int { 90 + name.utf8.count }

  /// Makes a tree from entries in any order.
  ///
  /// - Throws: `ObjectStoreError.unencodable` naming an entry with an illegal name, with a negative size, or which
  ///   makes the total size or the payload too large; `.collidingPaths` for a duplicate name.
  package init(_ entries: [Entry]) throws(ObjectStoreError) {
    var total: Int64 = 0
    var payloadBytes = Int64(Self.header.utf8.count)
    for entry in entries {
      payloadBytes += Int64(Self.maximumEntryBytes(entry.name))
      guard Self.isLegalName(entry.name), let sum = Self.add(entry.size, to: total),
        payloadBytes <= Self.maximumPayloadBytes
      else { throw .unencodable(field: entry.name) }
      total = sum
    }
    let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for (first, second) in zip(sorted, sorted.dropFirst())
    where first.name.utf8.elementsEqual(second.name.utf8) {
      throw .collidingPaths(first.name, second.name)
    }
    self.entries = sorted
    totalSize = total
  }

  /// The sum of all blob sizes below, in bytes; at most 18 digits.
  package let totalSize: Int64

  /// The sum of two sizes, or nil when it is above `maximumSize`.
  fileprivate static func add(_ size: Int64, to total: Int64) -> Int64? {
    guard size >= 0, size <= maximumSize - total else { return nil }
    return total + size
  }

  /// The canonical payload of the tree.
  package func encoded() -> [UInt8] {
    var text: [UInt8] = Array(Self.header.utf8)
    text.reserveCapacity(entries.count * 100 + text.count)
    for entry in entries {
      text.append(contentsOf: "\(entry.kind.rawValue) \(entry.size) ".utf8)
      text.append(contentsOf: entry.id.description.utf8)
      text.append(UInt8(ascii: " "))
      text.append(contentsOf: entry.name.utf8)
      text.append(UInt8(ascii: "\n"))
    }
    return text
  }

  /// Decodes a payload, refusing anything that `encoded` would not have written.
  ///
  /// - Throws: `ObjectStoreError.malformed` with the given id.
  package static func decode(_ payload: [UInt8], id: ObjectID) throws(ObjectStoreError) -> Tree {
    do throws(ObjectStoreError.Malformation) {
      guard payload.count <= maximumPayloadBytes else { throw .tooLarge(limit: maximumPayloadBytes) }
      return try TreeParser.parse(payload, header: header)
    } catch {
      throw .malformed(id, error)
    }
  }

  fileprivate init(canonical entries: [Entry], totalSize: Int64) {
    self.entries = entries
    self.totalSize = totalSize
  }

  /// Whether a name is allowed in a tree: UTF-8 without control characters, not `.`, `..` or empty.
  static func isLegalName(_ name: String) -> Bool {
    var count = 0
    var dots = 0
    var last: UInt8 = 0
    for byte in name.utf8 {
      if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "/") { return false }
      // C2 80 to C2 9F are the control characters U+0080 to U+009F.
      if last == 0xC2 && byte < 0xA0 { return false }
      if byte == UInt8(ascii: ".") { dots += 1 }
      last = byte
      count += 1
    }
    return count > 0 && count <= 255 && !(dots == count && dots <= 2)
  }
}

/// The strict decoder of `Tree`.
private enum TreeParser {
  static func parse(
    _ payload: [UInt8],
    header: String
  ) throws(ObjectStoreError.Malformation) -> Tree {
    guard payload.starts(with: header.utf8) else { throw .missingHeader }
    guard payload.last == UInt8(ascii: "\n") else { throw .missingFinalNewline }
    var entries: [Tree.Entry] = []
    var total: Int64 = 0
    var rest = payload.dropFirst(header.utf8.count)
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let number = entries.count + 2
      let entry = try parseLine(rest[..<end], number: number)
      if let last = entries.last, !last.name.utf8.lexicographicallyPrecedes(entry.name.utf8) {
        throw .unsortedName(line: number)
      }
      guard let sum = Tree.add(entry.size, to: total) else { throw .badLine(number) }
      total = sum
      entries.append(entry)
      rest = rest[(end + 1)...]
    }
    return Tree(canonical: entries, totalSize: total)
  }

  /// Reads `<kind> <size> <id> <name>`; the name may contain spaces.
  private static func parseLine(
    _ line: ArraySlice<UInt8>,
    number: Int
  ) throws(ObjectStoreError.Malformation) -> Tree.Entry {
    // Every command reads trees, whose lines are as many as the registry's files, so only the name is copied.
    var rest = line
    guard let kind = cutField(&rest).flatMap({ Tree.Kind(rawValue: String(decoding: $0, as: UTF8.self)) }),
      let size = cutField(&rest).flatMap(CanonicalNumber.parse),
      let id = cutField(&rest).flatMap({ ObjectID(hexDigits: $0) })
    else { throw .badLine(number) }
    guard let name = String(validating: rest, as: UTF8.self), Tree.isLegalName(name) else {
      throw .badName(line: number)
    }
    return Tree.Entry(kind: kind, size: size, id: id, name: name)
  }

  /// Removes and returns the bytes before the next space, and removes the space; nil where there is none.
  private static func cutField(_ line: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let end = line.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    defer { line = line[(end + 1)...] }
    return line[..<end]
  }
}

/// Decimal numbers in their only valid form: no sign, no leading zero.
enum CanonicalNumber {
  static func parse(_ digits: some Collection<UInt8>) -> Int64? {
    guard !digits.isEmpty, digits.count <= 18, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    if digits.first == UInt8(ascii: "0") && digits.count > 1 { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }
}
