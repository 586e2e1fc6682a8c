/// Kinds of programs in machine or byte code, which no registry may contain, whatever their files are called (DESIGN
/// section 5, "Content classes").
package enum NativeKind: Hashable, Sendable, CaseIterable {
  /// An ELF program or library.
  case elf
  /// A DOS or Windows program (`MZ`).
  case windowsProgram
  /// A Mach-O program of either word size and byte order.
  case machO
  /// A Mach-O file for several architectures.
  case machOUniversal
  /// A WebAssembly module.
  case webAssembly
  /// A class file of the Java virtual machine.
  case javaClass
  /// A program of Android's virtual machine.
  case dex

  /// The number of bytes that decide.
  static let bytesNeeded = 8

  // `mach-o/loader.h` and `mach-o/fat.h`: each magic number in both byte orders.
  private static let magics: [(bytes: [UInt8], kind: NativeKind)] = [
    ([0x7F, 0x45, 0x4C, 0x46], .elf),
    ([0xFE, 0xED, 0xFA, 0xCE], .machO), ([0xCE, 0xFA, 0xED, 0xFE], .machO),
    ([0xFE, 0xED, 0xFA, 0xCF], .machO), ([0xCF, 0xFA, 0xED, 0xFE], .machO),
    ([0xBE, 0xBA, 0xFE, 0xCA], .machOUniversal),
    ([0xCA, 0xFE, 0xBA, 0xBF], .machOUniversal), ([0xBF, 0xBA, 0xFE, 0xCA], .machOUniversal),
    ([0x00, 0x61, 0x73, 0x6D], .webAssembly),
  ]

  /// The kind of a file that begins with these bytes; nil for one that is no program, or not yet known to be one.
  ///
  /// `isText`: Whether the file is valid UTF-8 without NUL so far. A text may well begin with the letters `MZ`; the
  /// header of such a program cannot do without NUL.
  static func find(_ prefix: [UInt8], isText: Bool) -> NativeKind? {
    if let magic = magics.first(where: { prefix.starts(with: $0.bytes) }) { return magic.kind }
    if !isText, prefix.starts(with: [0x4D, 0x5A]) { return .windowsProgram }
    if prefix.starts(with: [0xCA, 0xFE, 0xBA, 0xBE]) { return classOrUniversal(prefix) }
    return isDex(prefix) ? .dex : nil
  }

  /// Tells Java classes from universal Mach-O files, which have the same magic number.
  ///
  /// What follows it is a class file's version, of which the first was 45.0, or the number of architectures, which are
  /// far fewer.
  private static func classOrUniversal(_ prefix: [UInt8]) -> NativeKind? {
    guard prefix.count >= bytesNeeded else { return nil }
    return prefix[4...5] == [0, 0] && prefix[6] == 0 && prefix[7] < 45 ? .machOUniversal : .javaClass
  }

  /// `dex\n`, or `dey\n` of an optimised file, three digits and NUL.
  private static func isDex(_ prefix: [UInt8]) -> Bool {
    guard prefix.count >= bytesNeeded else { return false }
    let isNamed = prefix.starts(with: Array("dex\n".utf8)) || prefix.starts(with: Array("dey\n".utf8))
    return isNamed && prefix[4...6].allSatisfy { (0x30...0x39).contains($0) } && prefix[7] == 0
  }
}
