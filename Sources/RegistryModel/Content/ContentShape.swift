import Formats

/// What the bytes of a file say about it, whatever it is called.
package enum ContentShape: Hashable, Sendable {
  /// A program in machine or byte code.
  case native(NativeKind)
  /// It begins with an interpreter line (`#!`), also behind a UTF-8 byte order mark.
  case script
  /// Valid UTF-8 without NUL.
  case text
  /// A text that begins with the letters of a media format, such as `GIF89a`: its name decides what it is.
  case markedText
  /// Neither text nor a program: images, fonts, archives, and all that is unknown.
  case binary

  /// The shape of a whole file.
  package init(of bytes: [UInt8]) {
    var detector = ContentDetector()
    detector.append(bytes.span.bytes)
    self = detector.finish()
  }
}

/// Finds the shape of a file that comes in pieces, whatever their size.
package struct ContentDetector: Sendable {
  private static let prefixBytes = 16
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  private static let interpreter = Array("#!".utf8)

  private var prefix: [UInt8] = []
  private var text = TextStream()

  package init() {}

  /// The kind of program, as soon as the bytes so far show one.
  package var nativeKind: NativeKind? { NativeKind.find(prefix, isText: text.isTextSoFar) }

  /// Adds the next bytes.
  package mutating func append(_ bytes: RawSpan) {
    if prefix.count < Self.prefixBytes {
      bytes.withUnsafeBytes { prefix.append(contentsOf: $0.prefix(Self.prefixBytes - prefix.count)) }
    }
    text.append(bytes)
  }

  /// The shape if the file ended in a text here: once it is none, it stays none.
  package var shapeSoFar: ContentShape { shape(isText: text.isTextSoFar) }

  /// The shape of all that was added.
  package func finish() -> ContentShape { shape(isText: text.isText) }

  private func shape(isText: Bool) -> ContentShape {
    if let nativeKind { return .native(nativeKind) }
    // A file that ends within the number that tells both apart is a program of neither kind that runs.
    if prefix.starts(with: [0xCA, 0xFE, 0xBA, 0xBE]) { return .native(.machOUniversal) }
    let start = prefix.starts(with: Self.byteOrderMark) ? prefix.dropFirst(3) : prefix[...]
    if start.starts(with: Self.interpreter) { return .script }
    switch MediaMagic.find(prefix) {
    case .unmistakable: return .binary
    case .letters: return isText ? .markedText : .binary
    case nil: return isText ? .text : .binary
    }
  }
}
