package import SystemPackage

/// One name in a folder, as bytes: never empty, without `/` and NUL.
///
/// `FilePath.Component` has the same meaning but validates itself at every use, which is measurable with tens of
/// thousands of small files. `.` and `..` can be values of this type; every call on a `Folder` or `Disk` refuses
/// them.
package struct FileName: Hashable, Sendable {
  /// The bytes, terminated by NUL.
  private let characters: [CChar]

  /// Checks a name; nil when it is empty or has a `/` or NUL.
  package init?(_ name: String) { self.init(bytes: Array(name.utf8)[...]) }

  /// Copies a name of these bytes; nil when there are none, or one is `/` or NUL.
  ///
  /// Not for any collection: other targets would get code that does not know the type, and an index of a view has tens of
  /// thousands of names.
  package init?(bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return nil }
    var characters: [CChar] = []
    characters.reserveCapacity(bytes.count + 1)
    for byte in bytes {
      if byte == 0 || byte == UInt8(ascii: "/") { return nil }
      characters.append(CChar(bitPattern: byte))
    }
    characters.append(0)
    self.characters = characters
  }

  /// The bytes of the name.
  package var bytes: [UInt8] { characters.dropLast().map { UInt8(bitPattern: $0) } }

  /// Copies a NUL-terminated name as the system gives it, in any encoding; nil when it is empty.
  package init?(platformString: UnsafePointer<CChar>) {
    var count = 0
    while platformString[count] != 0 { count += 1 }
    guard count > 0 else { return nil }
    characters = Array(UnsafeBufferPointer(start: platformString, count: count + 1))
  }

  /// Whether it names an entry of the folder: it is neither `.` nor `..`.
  package var isPlain: Bool {
    let dot = CChar(bitPattern: UInt8(ascii: "."))
    return characters != [dot, 0] && characters != [dot, dot, 0]
  }

  /// The name as text; bytes that are not UTF-8 are replaced.
  package var string: String {
    String(decoding: characters.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Passes the NUL-terminated name to a system call.
  package func withPlatformString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result
  {
    try characters.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("a name has its NUL") }
      return try body(start)
    }
  }
}

extension FileName: ExpressibleByStringLiteral, CustomStringConvertible {
  /// A constant of this program; traps when it is not a single path component.
  package init(stringLiteral name: String) {
    guard let value = FileName(name) else { preconditionFailure("'\(name)' is not the name of a file") }
    self = value
  }

  package var description: String { string }
}

extension FilePath {
  /// The path of an entry of this folder; for messages only.
  package func appending(_ name: FileName) -> FilePath { appending(name.string) }

  /// The path of an entry below this folder; for messages only.
  package func appending(_ names: [FileName]) -> FilePath {
    names.reduce(self) { $0.appending($1.string) }
  }
}
