/// Kinds of content that a registry may not carry (DESIGN section 5): a sync brings declarative text.
package enum ContentKind: Hashable, Sendable, CaseIterable {
  /// An ELF program or library.
  case elf
  /// A DOS or Windows program (`MZ`).
  case windowsProgram
  /// A Mach-O program, either word size and byte order.
  case machO
  /// A Mach-O file for several processors; Java classes begin alike.
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

  /// The refused kind that content beginning with these bytes has; nil where it may be stored.
  package static func refusedKind(ofPrefix prefix: some Collection<UInt8>) -> ContentKind? {
    magics.first { prefix.starts(with: $0.bytes) }?.kind
  }

  /// What the content is, in a few words for a message.
  package var summary: String {
    switch self {
    case .elf: "an ELF executable"
    case .windowsProgram: "a Windows executable"
    case .machO: "a Mach-O executable"
    case .machOUniversal: "a Mach-O universal executable or Java class"
    case .script: "a script with an interpreter line"
    }
  }
}

/// Looks at the first bytes of a stream, however small its pieces are.
package struct ContentKindDetector: Sendable {
  /// Bytes that decide; no magic number is longer.
  package static let bytesNeeded = 8

  private var prefix: [UInt8] = []

  /// The refused kind, as soon as the bytes so far show it.
  package private(set) var refusedKind: ContentKind?

  /// Begins a stream.
  package init() {}

  /// Takes the next bytes of the stream and returns `refusedKind`; costs nothing once 8 have been seen.
  @discardableResult
  package mutating func append(_ bytes: some Sequence<UInt8>) -> ContentKind? {
    guard prefix.count < Self.bytesNeeded else { return refusedKind }
    prefix.append(contentsOf: bytes.prefix(Self.bytesNeeded - prefix.count))
    if refusedKind == nil { refusedKind = ContentKind.refusedKind(ofPrefix: prefix) }
    return refusedKind
  }
}
