import Formats
import TestSupport
import Testing

@testable import RegistryModel

/// The table of DESIGN section 5, "Content classes".
@Suite struct ContentClassTests {
  private func contentClass(_ bytes: [UInt8], _ name: String) -> ContentClass {
    ContentClass(ContentShape(of: bytes), name: name)
  }

  // MARK: Native

  static let programs: [(bytes: [UInt8], kind: NativeKind)] = [
    ([0x7F, 0x45, 0x4C, 0x46], .elf), ([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0], .elf),
    (Array("MZ".utf8) + [0x90, 0, 3], .windowsProgram),
    (Array("MZ plain letters, then NUL".utf8) + [0], .windowsProgram),
    ([0xFE, 0xED, 0xFA, 0xCE], .machO), ([0xFE, 0xED, 0xFA, 0xCF], .machO),
    ([0xCE, 0xFA, 0xED, 0xFE], .machO), ([0xCF, 0xFA, 0xED, 0xFE], .machO),
    ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2], .machOUniversal), ([0xBE, 0xBA, 0xFE, 0xCA], .machOUniversal),
    ([0xCA, 0xFE, 0xBA, 0xBE], .machOUniversal),
    ([0xCA, 0xFE, 0xBA, 0xBF], .machOUniversal), ([0xBF, 0xBA, 0xFE, 0xCA], .machOUniversal),
    ([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 45], .javaClass), ([0xCA, 0xFE, 0xBA, 0xBE, 0, 3, 0, 45], .javaClass),
    ([0xCA, 0xFE, 0xBA, 0xBE, 0xFF, 0xFF, 0, 65], .javaClass),
    ([0x00, 0x61, 0x73, 0x6D], .webAssembly), ([0x00, 0x61, 0x73, 0x6D, 1, 0, 0, 0], .webAssembly),
    (Array("dex\n035".utf8) + [0], .dex), (Array("dey\n036".utf8) + [0, 1], .dex),
  ]

  @Test(arguments: programs)
  func programIsNativeWhateverItIsCalled(bytes: [UInt8], kind: NativeKind) {
    let shape = ContentShape(of: bytes)
    #expect(shape == .native(kind))
    for name in ["a.md", "a.png", "a.sh", "a.txt", "LICENSE", "a.exe"] {
      #expect(ContentClass(shape, name: name) == .native, "\(name)")
    }
  }

  @Test(arguments: programs)
  func programIsFoundInPieces(bytes: [UInt8], kind: NativeKind) {
    let content = bytes + (kind == .machOUniversal && bytes.count == 4 ? [] : Array("rest of the file".utf8))
    for size in 1...9 {
      var detector = ContentDetector()
      for start in stride(from: 0, to: content.count, by: size) {
        detector.append(Array(content[start..<min(start + size, content.count)]).span.bytes)
      }
      #expect(detector.finish() == ContentShape(of: content), "pieces of \(size)")
      if case .native = detector.finish() {} else { Issue.record("\(bytes)") }
    }
  }

  @Test(arguments: ["MZ", "MZ is not a program", "dex\n035", "ELF", "asm", "dex\nabc\n", "\u{FEFF}MZ"])
  func textThatBeginsLikeAProgramIsText(text: String) {
    #expect(contentClass(Array(text.utf8), "a.md") == .text)
  }

  // MARK: Code

  @Test(arguments: ["#!/bin/sh\n", "#!", "\u{FEFF}#!/usr/bin/env python3\n"])
  func interpreterLineIsCodeWhateverItIsCalled(text: String) {
    for name in ["a.md", "LICENSE", "a", "a.txt", ".ai/skills/x/run"] {
      #expect(contentClass(Array(text.utf8), name) == .code, "\(name)")
    }
    #expect(contentClass(Array(text.utf8) + [0, 0xFF], "a.md") == .code)
  }

  @Test(arguments: ["", "#", "# Title", " #!/bin/sh", "\n#!", "text with #! inside", "\u{FEFF}\u{FEFF}#!"])
  func otherTextIsNoScript(text: String) {
    #expect(contentClass(Array(text.utf8), "a.md") == .text)
  }

  static let codeExtensions = """
    py sh bash zsh fish js mjs cjs ts tsx jsx rb pl lua ps1 bat cmd go rs swift java kt c h cc cpp cs php r jl sql ipynb
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test(arguments: codeExtensions)
  func sourceIsCode(fileExtension: String) {
    let text = Array("print(1)\n".utf8)
    #expect(contentClass(text, "catalog/.ai/skills/x/a.\(fileExtension)") == .code)
    #expect(contentClass(text, "a.\(fileExtension.uppercased())") == .code)
    // An interpreter takes it by its name, whatever it begins with.
    #expect(contentClass([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], "a.\(fileExtension)") == .code)
    #expect(contentClass(Array("GIF89a=1\n".utf8), "a.\(fileExtension)") == .code)
    #expect(contentClass([0x70, 0xE9, 0x0A], "a.\(fileExtension)") == .code)
  }

  // MARK: Text

  static let textNames = """
    a.md a.mdc a.txt a.yaml a.yml a.json a.jsonl a.toml a.csv a.tsv a.xml a.xsd a.html a.css a.svg a.patch a.diff a.tmpl
    a.j2 a.rst a.adoc a.tex a.bib a.ini a.cfg a.conf a.lock LICENSE NOTICE CHANGELOG .gitignore .editorconfig a.unknown
    d.sh/a run.sh.tmpl .sh a.MD
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  @Test(arguments: textNames)
  func textIsText(name: String) {
    #expect(contentClass(Array("Words, and a é.\n".utf8), name) == .text)
    #expect(contentClass([], name) == .text)
  }

  @Test func nameOfMediaMakesNoMediaOfText() {
    #expect(contentClass(Array("no image at all\n".utf8), "a.png") == .text)
  }

  // MARK: Media

  /// How files begin, followed by what is in no text.
  static let media: [(name: String, bytes: [UInt8])] = [
    ("png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), ("jpg", [0xFF, 0xD8, 0xFF, 0xE0]),
    ("gif", Array("GIF87a".utf8)), ("gif", Array("GIF89a".utf8)), ("webp", Array("RIFF1234WEBP".utf8)),
    ("bmp", Array("BM".utf8)), ("tiff", [0x49, 0x49, 0x2A, 0]), ("tif", [0x4D, 0x4D, 0, 0x2A]),
    ("ico", [0, 0, 1, 0]), ("avif", [0, 0, 0, 0x20] + Array("ftypavif".utf8)), ("psd", Array("8BPS".utf8)),
    ("woff", Array("wOFF".utf8)), ("woff2", Array("wOF2".utf8)), ("otf", Array("OTTO".utf8)),
    ("ttf", [0, 1, 0, 0]), ("ttc", Array("ttcf".utf8)), ("pdf", Array("%PDF-1.7\n".utf8)),
    ("doc", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]), ("docx", [0x50, 0x4B, 3, 4]),
    ("zip", [0x50, 0x4B, 3, 4]), ("zip", [0x50, 0x4B, 5, 6]), ("gz", [0x1F, 0x8B]),
    ("bz2", Array("BZh9".utf8)),
    ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), ("7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    ("zst", [0x28, 0xB5, 0x2F, 0xFD]), ("rar", Array("Rar!".utf8) + [0x1A, 7]),
    ("a", Array("!<arch>\n".utf8)),
    ("wav", Array("RIFF1234WAVE".utf8)), ("mp3", Array("ID3".utf8)), ("ogg", Array("OggS".utf8)),
    ("mkv", [0x1A, 0x45, 0xDF, 0xA3]),
  ]

  @Test(arguments: media)
  func mediaIsMediaWhateverItIsCalled(name: String, bytes: [UInt8]) {
    for file in ["a.\(name)", "a.md", "LICENSE"] {
      #expect(contentClass(bytes + [0, 0xFF, 0xFE], file) == .media, "\(file)")
    }
    // Under its own name the beginning is enough.
    #expect(contentClass(bytes, "A.\(name.uppercased())") == .media)
  }

  @Test(arguments: [
    "GIF89a is a format", "%PDF-1.7 begins such files", "BM", "OTTO sent this", "RIFF1234WEBP", "ID3",
  ])
  func textThatBeginsLikeMediaIsText(text: String) {
    #expect(contentClass(Array(text.utf8), "a.md") == .text)
    #expect(contentClass(Array(text.utf8), "LICENSE") == .text)
  }

  @Test(arguments: [
    [0xFF, 0xFE, 0x61, 0, 0x62, 0], [0xFE, 0xFF, 0, 0x61], [0x61, 0, 0x62], [0x63, 0x61, 0x66, 0xE9],
    [0x80, 1, 2],
  ])
  func unknownBytesAreMedia(bytes: [UInt8]) {
    for name in ["a.md", "a.bin", "LICENSE"] { #expect(contentClass(bytes, name) == .media, "\(name)") }
  }

  // MARK: Audit

  @Test func mediaIsAuditedOnlyUnderTheNameOfAText() {
    let png = ContentShape(of: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0])
    #expect(!ContentClass.isAudited(png, name: "a.png"))
    #expect(ContentClass.isAudited(png, name: "SKILL.md"))
    #expect(ContentClass.isAudited(.script, name: "a.png") && ContentClass.isAudited(.text, name: "a"))
  }
}
