import Disk
package import ObjectStore
package import RegistryModel

/// Why a file is not a valid bundle.
package enum BundleProblem: Equatable, Sendable {
  /// The file does not begin with the first line of a bundle.
  case notABundle
  /// The format has a later version.
  case unknownVersion(String)
  /// The format has the first version, which nothing reads any more.
  case firstVersion
  /// The header does not end within so many bytes, or the file ends in it.
  case endlessHeader(limit: Int)
  /// A line of the header, counted from 1, that mmdos would not have written.
  case badHeaderLine(Int)
  /// What follows the header is not a pack within the limits.
  case pack(PackProblem)
  /// The bundle lacks an object that its snapshots need.
  case incomplete(ObjectID)
  /// No configured source has the bundle's URL; text from outside.
  case noSource(name: String, url: String)
}

/// The header of a bundle: its registry and snapshots (docs/FORMATS.md, section 12).
///
///     mmdos-bundle 2\n
///     registry <name>\n
///     source <address>\n
///     snapshot <id>\n         newest first, each the parent of the one before it
package struct BundleHeader: Equatable, Sendable {
  private static let firstLine = "mmdos-bundle "
  private static let version = "2"
  /// The longest header, in bytes.
  private static let maximumBytes = 1 << 20

  /// The name of the registry in the exporting project.
  package let name: RegistryName
  /// The source's URL or folder, as in the snapshot; text from outside.
  package let source: String
  /// The snapshots, newest first; at least one.
  package let snapshots: [ObjectID]

  init(name: RegistryName, source: String, snapshots: [ObjectID]) {
    self.name = name
    self.source = source
    self.snapshots = snapshots
  }

  func encode() -> [UInt8] {
    var text = "\(Self.firstLine)\(Self.version)\nregistry \(name)\nsource \(source)\n"
    for id in snapshots { text += "snapshot \(id)\n" }
    return Array(text.utf8)
  }

  /// Reads the header of a file, up to and with the empty line behind it.
  ///
  /// - Returns: The header, and how many bytes it takes.
  /// - Throws: `BundleFailure`, `DiskError`.
  static func read(_ file: borrowing ReadableFile) throws -> (header: BundleHeader, byteCount: Int64) {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    let newline = UInt8(ascii: "\n")
    while bytes.count < maximumBytes {
      let count = try file.read(at: Int64(bytes.count), into: &piece)
      // The empty line may be split between two pieces.
      let start = max(1, bytes.count)
      bytes += piece[..<count]
      // What is of another version may have a header without an end.
      if start == 1 { try checkVersion(bytes) }
      let end = bytes.indices.dropFirst(start).first { bytes[$0] == newline && bytes[$0 - 1] == newline }
      if let end { return (try decode(Array(bytes[..<end])), Int64(end) + 1) }
      if count == 0 { break }
    }
    throw BundleFailure(.endlessHeader(limit: maximumBytes))
  }

  private static func checkVersion(_ bytes: [UInt8]) throws(BundleFailure) {
    guard bytes.starts(with: firstLine.utf8) else { throw BundleFailure(.notABundle) }
    let found = bytes.dropFirst(firstLine.utf8.count).prefix { $0 != UInt8(ascii: "\n") }
    if found.elementsEqual(version.utf8) { return }
    if found.elementsEqual("1".utf8) { throw BundleFailure(.firstVersion) }
    throw BundleFailure(.unknownVersion(String(decoding: found.prefix(64), as: UTF8.self)))
  }

  /// Decodes a header without the empty line, refusing anything that `encode` does not write.
  static func decode(_ bytes: [UInt8]) throws(BundleFailure) -> BundleHeader {
    try checkVersion(bytes)
    // Split as bytes: in a String, CR LF is one Character and would not split.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
    let values = zip(lines.indices, lines).dropFirst()
    var (name, source) = (RegistryName?.none, String?.none)
    var snapshots: [ObjectID] = []
    for (index, line) in values {
      switch index {
      // The error is dropped, as the line is reported as malformed.
      case 1: name = try? RegistryName(parsing: value("registry", line, at: index))
      case 2: source = try value("source", line, at: index)
      default:
        guard let id = ObjectID(hex: try value("snapshot", line, at: index)) else {
          throw BundleFailure(.badHeaderLine(index + 1))
        }
        snapshots.append(id)
      }
    }
    guard let name else { throw BundleFailure(.badHeaderLine(2)) }
    guard let source, !snapshots.isEmpty else { throw BundleFailure(.badHeaderLine(lines.count + 1)) }
    let header = BundleHeader(name: name, source: source, snapshots: snapshots)
    guard header.encode() == bytes else { throw BundleFailure(.badHeaderLine(1)) }
    return header
  }

  private static func value(
    _ key: String,
    _ line: ArraySlice<UInt8>,
    at index: Int
  ) throws(BundleFailure) -> String {
    guard line.starts(with: (key + " ").utf8), line.count > key.utf8.count + 1,
      let text = String(validating: line.dropFirst(key.utf8.count + 1), as: UTF8.self)
    else { throw BundleFailure(.badHeaderLine(index + 1)) }
    return text
  }
}

/// A problem to which the caller adds the file's path.
struct BundleFailure: Error {
  let problem: BundleProblem

  init(_ problem: BundleProblem) {
    self.problem = problem
  }
}
