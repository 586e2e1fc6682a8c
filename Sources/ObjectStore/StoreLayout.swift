package import Disk

/// The names of all files and folders of the store (DESIGN section 3); they are defined only here.
package enum StoreLayout {
  /// The folder of all objects, in the cache folder.
  package static let objects = component("objects")
  /// The folder in `objects` of the files `alternates` and `shallow`.
  package static let info = component("info")
  /// The file with the object folders of other stores, one path per line.
  package static let alternates = component("alternates")
  /// The file with the snapshots whose parents were removed, one id per line.
  package static let shallow = component("shallow")
  /// The cache's format marker.
  package static let format = component("format")
  /// The file of the store lock: shared for use, exclusive for garbage collection.
  package static let lock = component("lock")
  /// The content of `format`.
  package static let formatLine = "mmdos-cache 1\n"
  /// The prefix of temporary files.
  package static let temporaryPrefix = TemporaryName.prefix
  /// The prefix of quarantine folders.
  package static let quarantinePrefix = "tmp_incoming-"

  /// The fan-out folder of an object: the first byte of its id.
  static func fanOut(_ byte: UInt8) -> FileName { fanOutNames[Int(byte)] }

  package static func isFanOut(_ name: FileName) -> Bool { fanOutNames.contains(name) }

  private static let fanOutNames: [FileName] = (0...255).map { byte in
    component((byte < 16 ? "0" : "") + String(byte, radix: 16))
  }

  /// A file name from a constant of this program.
  package static func component(_ name: String) -> FileName {
    guard let component = FileName(name) else {
      // Only constants of this program are passed in.
      preconditionFailure("'\(name)' is not a single path component")
    }
    return component
  }
}
