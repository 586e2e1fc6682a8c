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

  /// The folder in `objects` of the packs and their indexes.
  package static let pack = component("pack")

  /// The name of a pack, by its hash.
  package static func pack(_ hash: ObjectID) -> FileName { component("pack-\(hash).pack") }

  /// The name of a pack's index.
  package static func packIndex(_ hash: ObjectID) -> FileName { component("pack-\(hash).idx") }

  /// The hash in the name of a pack's index; nil for any other name.
  static func findPack(ofIndex name: FileName) -> ObjectID? {
    let text = name.string
    guard text.hasPrefix("pack-"), text.hasSuffix(".idx") else { return nil }
    return ObjectID(hex: text.dropFirst(5).dropLast(4))
  }

  /// Whether a file has the name of a pack or of an index.
  static func isPackOrIndex(_ name: FileName) -> Bool {
    if findPack(ofIndex: name) != nil { return true }
    let text = name.string
    return text.hasPrefix("pack-") && text.hasSuffix(".pack")
      && ObjectID(hex: text.dropFirst(5).dropLast(5)) != nil
  }

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
