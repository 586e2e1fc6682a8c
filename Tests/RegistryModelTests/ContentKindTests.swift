import TestSupport
import Testing

@testable import RegistryModel

@Suite struct ContentKindTests {
  static let refused: [(bytes: [UInt8], kind: ContentKind)] = [
    ([0x7F] + Array("ELF".utf8), .elf), (Array("MZ".utf8), .windowsProgram),
    ([0xFE, 0xED, 0xFA, 0xCE], .machO), ([0xFE, 0xED, 0xFA, 0xCF], .machO),
    ([0xCE, 0xFA, 0xED, 0xFE], .machO), ([0xCF, 0xFA, 0xED, 0xFE], .machO),
    ([0xCA, 0xFE, 0xBA, 0xBE], .machOUniversal), ([0xBE, 0xBA, 0xFE, 0xCA], .machOUniversal),
    ([0xCA, 0xFE, 0xBA, 0xBF], .machOUniversal), ([0xBF, 0xBA, 0xFE, 0xCA], .machOUniversal),
    (Array("#!".utf8), .script), (Array("\u{FEFF}#!".utf8), .script),
  ]

  @Test(arguments: refused)
  func refusesWholeAndInPieces(bytes: [UInt8], kind: ContentKind) {
    let content = bytes + Array("/bin/sh\nrest".utf8)
    #expect(ContentKind.refusedKind(ofPrefix: content) == kind)
    for size in 1...9 {
      var detector = ContentKindDetector()
      for start in stride(from: 0, to: content.count, by: size) {
        detector.append(content[start..<min(start + size, content.count)])
      }
      #expect(detector.refusedKind == kind, "pieces of \(size)")
    }
    var detector = ContentKindDetector()
    #expect(detector.append([]) == nil)
    #expect(detector.append(bytes.dropLast()) == nil)
    #expect(detector.append(bytes.suffix(1)) == kind)
  }

  @Test(arguments: [
    "", "#", "# Title", " #!/bin/sh", "\n#!", "M", "mz", "name: x", "{}", "\u{FEFF}# Title", "\u{FEFF}", "é",
    "ELF",
    "\u{FEFF}\u{FEFF}#!", "text with #! inside",
  ])
  func acceptsText(text: String) {
    var detector = ContentKindDetector()
    for byte in text.utf8 { #expect(detector.append([byte]) == nil) }
    #expect(ContentKind.refusedKind(ofPrefix: Array(text.utf8)) == nil)
  }

  @Test func laterBytesDoNotMatter() {
    var detector = ContentKindDetector()
    detector.append(Array("12345678".utf8))
    #expect(detector.append(Array("#!".utf8)) == nil)
  }
}
