package import ObjectStore
package import RegistryModel

/// Why a file is not a valid bundle.
package enum BundleProblem: Equatable, Sendable {
  /// The file does not begin with the first line of a bundle.
  case notABundle
  /// The format has a later version.
  case unknownVersion(String)
  /// A line of the header, counted from 1, that mmdos would not have written.
  case badHeaderLine(Int)
  /// The part after the header is not a valid archive of objects.
  case archive(ArchiveProblem)
  /// The bundle lacks an object that its snapshots need.
  case incomplete(ObjectID)
  /// No configured source has the bundle's URL; text from outside.
  case noSource(name: String, url: String)
}

/// The header of a bundle: its registry and snapshots (docs/FORMATS.md, "Bundle").
///
///     mmdos-bundle 1\n
///     registry <name>\n
///     source <address>\n
///     snapshot <id>\n         newest first, each the parent of the one before it
package struct BundleHeader: Equatable, Sendable {
  static let firstLine = "mmdos-bundle "
  private static let version = "1"

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

  /// Decodes a header, refusing anything that `encode` does not write.
  static func decode(_ bytes: [UInt8]) throws(BundleFailure) -> BundleHeader {
    guard bytes.starts(with: firstLine.utf8) else { throw BundleFailure(.notABundle) }
    // Split as bytes: in a String, CR LF is one Character and would not split.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
    let found = (lines.first ?? bytes[...]).dropFirst(firstLine.utf8.count)
    guard found.elementsEqual(version.utf8) else {
      throw BundleFailure(.unknownVersion(String(decoding: found.prefix(64), as: UTF8.self)))
    }
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
