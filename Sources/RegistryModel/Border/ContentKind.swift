/// Kinds of content that a registry may not contain (DESIGN section 5): programs and scripts.
package enum ContentKind: Hashable, Sendable, CaseIterable {
  /// An ELF program or library.
  case elf
  /// A DOS or Windows program (`MZ`).
  case windowsProgram
  /// A Mach-O program of either word size and byte order.
  case machO
  /// A Mach-O file for several architectures; Java classes have the same magic number.
  case machOUniversal
  /// A script with an interpreter line (`#!`), also behind a UTF-8 byte order mark.
  case script

  // `mach-o/loader.h` and `mach-o/fat.h`: each magic in both byte orders.
  private static let magics: [(bytes: [UInt8], kind: ContentKind)] = [
    ([0x7F, 0x45, 0x4C, 0x46], .elf),
    ([0x4D, 0x5A], .windowsProgram),
    ([0xFE, 0xED, 0xFA, 0xCE], .machO), ([0xCE, 0xFA, 0xED, 0xFE], .machO),
    ([0xFE, 0xED, 0xFA, 0xCF], .machO), ([0xCF, 0xFA, 0xED, 0xFE], .machO),
    ([0xCA, 0xFE, 0xBA, 0xBE], .machOUniversal), ([0xBE, 0xBA, 0xFE, 0xCA], .machOUniversal),
    ([0xCA, 0xFE, 0xBA, 0xBF], .machOUniversal), ([0xBF, 0xBA, 0xFE, 0xCA], .machOUniversal),
    ([0x23, 0x21], .script),
    ([0xEF, 0xBB, 0xBF, 0x23, 0x21], .script),
  ]

  /// The refused kind of content that begins with these bytes; nil where it may be stored.
  package static func refusedKind(ofPrefix prefix: some Collection<UInt8>) -> ContentKind? {
    magics.first { prefix.starts(with: $0.bytes) }?.kind
  }
}

/// Detects the kind from the first bytes of a stream, whatever the size of its pieces.
package struct ContentKindDetector: Sendable {
  /// The number of bytes that decide, which is the length of the longest magic number.
  package static let bytesNeeded = 8

  private var prefix: [UInt8] = []

  /// The refused kind, once the bytes so far show it.
  package private(set) var refusedKind: ContentKind?

  package init() {}

  /// Adds the next bytes of the stream and returns `refusedKind`; after 8 bytes it does nothing.
  @discardableResult
  package mutating func append(_ bytes: some Sequence<UInt8>) -> ContentKind? {
    guard prefix.count < Self.bytesNeeded else { return refusedKind }
    prefix.append(contentsOf: bytes.prefix(Self.bytesNeeded - prefix.count))
    if refusedKind == nil { refusedKind = ContentKind.refusedKind(ofPrefix: prefix) }
    return refusedKind
  }
}
