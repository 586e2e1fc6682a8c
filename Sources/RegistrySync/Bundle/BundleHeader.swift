package import ObjectStore
package import RegistryModel

/// What is wrong with a file that should be a bundle.
package enum BundleProblem: Equatable, Sendable {
  /// The file does not begin as a bundle does.
  case notABundle
  /// A later version of the format.
  case unknownVersion(String)
  /// A line of the header, counted from 1, that would not be written so.
  case badHeaderLine(Int)
  /// What follows the header is no archive of objects.
  case archive(ArchiveProblem)
  /// The bundle lacks an object that its own snapshots lead to.
  case incomplete(ObjectID)
  /// No source has the address that the bundle is from; outside text.
  case noSource(name: String, url: String)
}

/// The first lines of a bundle: whose snapshots it has (docs/FORMATS.md, "Bundle").
///
///     mmdos-bundle 1\n
///     registry <name>\n
///     source <address>\n
///     snapshot <id>\n         newest first, each the parent of the one before it
package struct BundleHeader: Equatable, Sendable {
  static let firstLine = "mmdos-bundle "
  private static let version = "1"

  /// The name of the registry where it was exported.
  package let name: RegistryName
  /// The source's URL or folder, as a snapshot has it; outside text.
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

  /// Reads what `encode` writes, and nothing else.
  static func decode(_ bytes: [UInt8]) throws(BundleFailure) -> BundleHeader {
    guard bytes.starts(with: firstLine.utf8) else { throw BundleFailure(.notABundle) }
    // By bytes: for `String`, CR LF is one character and ends no line.
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
      // Losing the error is right: the line is not one that was ever written.
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

/// A problem on its way to the file's path.
struct BundleFailure: Error {
  let problem: BundleProblem

  init(_ problem: BundleProblem) {
    self.problem = problem
  }
}
