/// How the files of media formats begin: images, sound, fonts, documents and archives.
enum MediaMagic {
  /// How much a beginning says.
  enum Weight {
    /// It has bytes that begin no text.
    case unmistakable
    /// It is made of letters and signs with which a text may begin as well.
    case letters
  }

  /// What the beginning of a file says; nil where it is that of no known format.
  static func find(_ prefix: [UInt8]) -> Weight? {
    guard let magic = magics.first(where: { matches($0, prefix) }) else { return nil }
    return magic.parts.allSatisfy { $0.bytes.allSatisfy { (0x20...0x7E).contains($0) } }
      ? .letters : .unmistakable
  }

  /// Extensions of these formats, in lower case without the dot: they confirm a beginning that is made of letters.
  static let extensions: Set<String> = [
    "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "ico", "cur", "avif", "heic", "heif", "jp2",
    "jxl",
    "psd", "icns", "woff", "woff2", "ttf", "otf", "ttc", "eot", "pdf", "doc", "xls", "ppt", "docx", "xlsx",
    "pptx",
    "docm", "xlsm", "pptm", "dotx", "xltx", "potx", "odt", "ods", "odp", "zip", "jar", "whl", "epub", "vsix",
    "apk", "gz", "tgz", "bz2", "tbz2", "xz", "txz", "zst", "lz4", "7z", "rar", "tar", "ar", "a", "deb", "cab",
    "xar",
    "pkg", "wav", "avi", "mp3", "mp4", "m4a", "mov", "ogg", "oga", "ogv", "opus", "flac", "webm", "mkv",
    "mid", "midi",
    "sqlite", "db", "aiff",
  ]

  /// Bytes at places in the file, all of which must be there.
  private struct Magic: Sendable {
    let parts: [(offset: Int, bytes: [UInt8])]

    init(_ parts: (Int, [UInt8])...) { self.parts = parts.map { (offset: $0.0, bytes: $0.1) } }

    init(_ letters: String) { parts = [(offset: 0, bytes: Array(letters.utf8))] }
  }

  private static func matches(_ magic: Magic, _ prefix: [UInt8]) -> Bool {
    magic.parts.allSatisfy { prefix.dropFirst($0.offset).starts(with: $0.bytes) }
  }

  private static let magics: [Magic] = images + fonts + documents + archives + sounds

  private static let images: [Magic] = [
    Magic((0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])),  // PNG
    Magic((0, [0xFF, 0xD8, 0xFF])),  // JPEG
    Magic("GIF87a"), Magic("GIF89a"),
    Magic((0, Array("RIFF".utf8)), (8, Array("WEBP".utf8))),
    Magic("BM"),  // Windows bitmap
    Magic((0, [0x49, 0x49, 0x2A, 0x00])), Magic((0, [0x4D, 0x4D, 0x00, 0x2A])),  // TIFF
    Magic((0, [0x00, 0x00, 0x01, 0x00])), Magic((0, [0x00, 0x00, 0x02, 0x00])),  // icon, cursor
    Magic((0, [0x00, 0x00, 0x00, 0x0C, 0x6A, 0x50, 0x20, 0x20])),  // JPEG 2000
    Magic((0, [0x00, 0x00, 0x00, 0x0C, 0x4A, 0x58, 0x4C, 0x20])), Magic((0, [0xFF, 0x0A])),  // JPEG XL
    Magic("8BPS"), Magic("icns"),
  ]

  private static let fonts: [Magic] = [
    Magic("wOFF"), Magic("wOF2"), Magic("OTTO"), Magic("ttcf"), Magic((0, [0x00, 0x01, 0x00, 0x00])),
  ]

  private static let documents: [Magic] = [
    Magic("%PDF-"),
    Magic((0, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])),  // OLE: Office before 2007
    Magic((0, Array("SQLite format 3".utf8) + [0x00])),
  ]

  private static let archives: [Magic] = [
    // ZIP, also the Office documents of today, JAR and wheel; empty; split.
    Magic((0, [0x50, 0x4B, 0x03, 0x04])), Magic((0, [0x50, 0x4B, 0x05, 0x06])),
    Magic((0, [0x50, 0x4B, 0x07, 0x08])),
    Magic((0, [0x1F, 0x8B])), Magic((0, [0x1F, 0x9D])),  // gzip, compress
    Magic("BZh"),
    Magic((0, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])),  // xz
    Magic((0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])),  // 7z
    Magic((0, [0x28, 0xB5, 0x2F, 0xFD])), Magic((0, [0x04, 0x22, 0x4D, 0x18])),  // Zstandard, LZ4
    Magic((0, Array("Rar!".utf8) + [0x1A, 0x07])),
    Magic((0, Array("!<arch>\n".utf8))), Magic((0, Array("MSCF".utf8) + [0x00])), Magic("xar!"),
  ]

  private static let sounds: [Magic] = [
    Magic((0, Array("RIFF".utf8)), (8, Array("WAVE".utf8))),
    Magic((0, Array("RIFF".utf8)), (8, Array("AVI ".utf8))),
    Magic("OggS"), Magic("fLaC"), Magic("ID3"), Magic("MThd"),
    Magic((0, [0xFF, 0xFB])), Magic((0, [0x1A, 0x45, 0xDF, 0xA3])),  // MP3 without tags, Matroska
    // MP4, QuickTime, AVIF, HEIC: the length of the first box, then its name.
    Magic((4, Array("ftyp".utf8))),
  ]
}
