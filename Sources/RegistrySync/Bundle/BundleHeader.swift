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
    guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(firstLine) else {
      throw BundleFailure(.notABundle)
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    let found = lines.removeFirst().dropFirst(firstLine.count)
    guard found == version else { throw BundleFailure(.unknownVersion(String(found))) }
    guard lines.count >= 3 else { throw BundleFailure(.badHeaderLine(lines.count + 2)) }
    let rawName = try value("registry", lines.removeFirst(), line: 2)
    // Losing the error is right: the line is not one that was ever written.
    guard let name = try? RegistryName(parsing: rawName) else { throw BundleFailure(.badHeaderLine(2)) }
    let source = try value("source", lines.removeFirst(), line: 3)
    var snapshots: [ObjectID] = []
    for (index, line) in lines.enumerated() {
      let text = try value("snapshot", line, line: index + 4)
      guard let id = ObjectID(hex: text) else { throw BundleFailure(.badHeaderLine(index + 4)) }
      snapshots.append(id)
    }
    let header = BundleHeader(name: name, source: source, snapshots: snapshots)
    guard header.encode() == bytes else { throw BundleFailure(.badHeaderLine(1)) }
    return header
  }

  private static func value(_ key: String, _ line: Substring, line number: Int) throws(BundleFailure)
    -> String
  {
    guard line.hasPrefix(key + " "), line.count > key.count + 1 else {
      throw BundleFailure(.badHeaderLine(number))
    }
    return String(line.dropFirst(key.count + 1))
  }
}

/// A problem on its way to the file's path.
struct BundleFailure: Error {
  let problem: BundleProblem

  init(_ problem: BundleProblem) {
    self.problem = problem
  }
}
