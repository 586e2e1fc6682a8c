import Foundation
import SystemPackage
import TestSupport

@testable import ObjectStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What may happen to an object's file.
enum Damage: CaseIterable {
  case missing, empty, cut, flipped, swapped, trailing, bomb, presetDictionary, uncompressed, link, pipe,
    folder

  /// Does it to the file of an object that is there.
  func apply(to id: ObjectID, in store: TestStore) throws {
    let path = store.path(id)
    switch self {
    case .missing: try FileManager.default.removeItem(atPath: path)
    case .empty: try store.plant([], as: id)
    case .cut: try store.plant(try store.stored(id).dropLast(), as: id)
    case .flipped:
      var bytes = try store.stored(id)
      bytes[bytes.count / 2] ^= 0x10
      try store.plant(bytes, as: id)
    case .swapped: try store.plant(ObjectEncoder.encode([1, 2, 3]), as: id)
    case .trailing: try store.plant(try store.stored(id) + [0], as: id)
    case .bomb: try store.plant(Self.deflate([UInt8](repeating: 0, count: 20 << 20)), as: id)
    // `zlib.compressobj(zdict=b"hello world")` of Python, over "hello world hello world".
    case .presetDictionary:
      try store.plant([120, 187, 26, 11, 4, 93, 203, 64, 48, 21, 144, 216, 0, 105, 231, 8, 217], as: id)
    case .uncompressed: try store.plant(Array("hello".utf8), as: id)
    case .link, .pipe, .folder: try place(at: path, in: store)
    }
  }

  /// Puts something that is no regular file at a path.
  func place(at path: String, in store: TestStore) throws {
    let bytes = try? store.scratch.read(String(path.dropFirst(store.scratch.path.string.count + 1)))
    if bytes != nil { try FileManager.default.removeItem(atPath: path) }
    switch self {
    case .link:
      // To a good copy: it is refused all the same.
      try store.scratch.write("copy", bytes ?? [])
      try Self.link(to: "copy", at: path, in: store)
    case .pipe:
      guard mkfifo(path, 0o644) == 0 else { throw Errno(rawValue: errno) }
    default: try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }
  }

  static func link(to target: String, at path: String, in store: TestStore) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path,
      withDestinationPath: store.scratch.path.appending(target).string
    )
  }

  private static func deflate(_ payload: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    Deflater(.fast).compress(payload.span.bytes, isLast: true) { bytes throws(Never) in
      bytes.withUnsafeBytes { output.append(contentsOf: $0) }
    }
    return output
  }
}
