/// The class of a file, which decides whether a policy takes it (DESIGN section 5, "Content classes").
package enum ContentClass: String, CaseIterable, Hashable, Sendable {
  /// Text that is no code.
  case text
  /// A script, or source code.
  case code
  /// An image, a font, a document, an archive, or anything else that is not text.
  case media
  /// A program in machine or byte code.
  case native

  /// Incremented when files get other classes, so that what was recorded is not used any more.
  package static let version = 1

  /// The class of a file with these bytes and this name; a path is as good as its last component.
  ///
  /// What an interpreter takes by its name is code whatever it begins with, except a program: else a few bytes of an
  /// image would make a script into media.
  package init(_ shape: ContentShape, name: String) {
    let fileExtension = Self.fileExtension(of: name)
    switch shape {
    case .native: self = .native
    case .script: self = .code
    case _ where CodeExtensions.all.contains(fileExtension): self = .code
    case .text: self = .text
    case .markedText: self = MediaMagic.extensions.contains(fileExtension) ? .media : .text
    case .binary: self = .media
    }
  }

  /// The class of a whole file.
  package init(of bytes: [UInt8], at path: ManifestPath) {
    self.init(ContentShape(of: bytes), name: path.description)
  }

  /// Whether the content audit reads a file: all but media, and what by its name is a text, as an agent would read it.
  package static func isAudited(_ shape: ContentShape, name: String) -> Bool {
    Self(shape, name: name) != .media || CodeExtensions.texts.contains(fileExtension(of: name))
  }

  /// The extension in lower case without its dot; empty where there is none.
  package static func fileExtension(of path: String) -> String {
    let bytes = path.utf8
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    let end = bytes[bytes.index(after: dot)...]
    guard !end.contains(UInt8(ascii: "/")), dot != bytes.startIndex,
      bytes[bytes.index(before: dot)] != UInt8(ascii: "/")
    else { return "" }
    return String(decoding: end, as: UTF8.self).lowercased()
  }
}
