package import Disk

/// Every file and folder name of the store (DESIGN section 3), and nowhere else.
package enum StoreLayout {
  /// The folder of all objects, inside the cache.
  package static let objects = component("objects")
  /// Facts about the object folder: alternates and shallow.
  package static let info = component("info")
  /// One object-store folder per line.
  package static let alternates = component("alternates")
  /// Snapshots whose parents were trimmed, one id per line.
  package static let shallow = component("shallow")
  /// The cache's format marker.
  package static let format = component("format")
  /// The store lock: shared for use, exclusive for garbage collection.
  package static let lock = component("lock")
  /// What `format` holds.
  package static let formatLine = "mmdos-cache 1\n"
  /// How names of unfinished files begin.
  package static let temporaryPrefix = TemporaryName.prefix
  /// How names of quarantine folders begin.
  package static let quarantinePrefix = "tmp_incoming-"

  /// The fan-out folder of an object: the first byte of its id.
  static func fanOut(_ byte: UInt8) -> FileName { fanOutNames[Int(byte)] }

  /// Whether a name is that of a fan-out folder.
  package static func isFanOut(_ name: FileName) -> Bool { fanOutNames.contains(name) }

  private static let fanOutNames: [FileName] = (0...255).map { byte in
    component((byte < 16 ? "0" : "") + String(byte, radix: 16))
  }

  /// A path component from a name that is one by construction.
  package static func component(_ name: String) -> FileName {
    guard let component = FileName(name) else {
      // Only names made in this program come here.
      preconditionFailure("'\(name)' is not a single path component")
    }
    return component
  }
}
