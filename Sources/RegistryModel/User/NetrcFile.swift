/// The logins of a `.netrc` file, as ftp(1) and curl read it.
///
/// Words are separated by white space; one in double quotes may hold it, and a backslash there takes the next byte as it
/// is. A line that begins with `#` is a comment, and a macro ends at the first empty line. `default` is not used: a login
/// is sent to the host that it is written for.
package struct NetrcFile: Equatable, Sendable {
  /// One `machine`.
  package struct Login: Equatable, Sendable {
    /// The host as written.
    package let machine: String
    package var user: String?
    package var password: String?
  }

  /// The logins in the order of the file.
  package private(set) var logins: [Login] = []

  /// Reads a file; words that mean nothing here are skipped.
  package init(_ bytes: [UInt8]) {
    var isDefault = false
    var words = Words(bytes)
    while let word = words.next() {
      switch word {
      case "machine":
        isDefault = false
        if let machine = words.next() { logins.append(Login(machine: machine)) }
      case "default": isDefault = true
      case "macdef": words.skipMacro()
      case "login": if let user = words.next(), !isDefault { setLast { $0.user = user } }
      case "password": if let password = words.next(), !isDefault { setLast { $0.password = password } }
      case "account": _ = words.next()
      default: break
      }
    }
  }

  /// The first login for a host; names of hosts are equal in any case.
  package func find(_ host: String) -> Login? {
    logins.first { $0.machine.lowercased() == host.lowercased() }
  }

  private mutating func setLast(_ change: (inout Login) -> Void) {
    if let last = logins.indices.last { change(&logins[last]) }
  }
}

extension NetrcFile {
  /// The words of a file, one after the other.
  private struct Words {
    private let bytes: [UInt8]
    private var position = 0
    /// Whether only white space stands before the position in its line.
    private var isAtLineStart = true

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
    }

    mutating func next() -> String? {
      while position < bytes.count {
        let byte = bytes[position]
        if byte == UInt8(ascii: "\n") {
          isAtLineStart = true
          position += 1
        } else if Self.isSpace(byte) {
          position += 1
        } else if byte == UInt8(ascii: "#"), isAtLineStart {
          skipLine()
        } else {
          isAtLineStart = false
          return String(decoding: byte == UInt8(ascii: "\"") ? quoted() : plain(), as: UTF8.self)
        }
      }
      return nil
    }

    /// Goes behind a macro: its name, and all lines up to an empty one.
    mutating func skipMacro() {
      skipLine()
      while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { skipLine() }
      isAtLineStart = true
    }

    private mutating func skipLine() {
      while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
      if position < bytes.count { position += 1 }
      isAtLineStart = true
    }

    private mutating func plain() -> [UInt8] {
      let start = position
      while position < bytes.count, !Self.isSpace(bytes[position]) { position += 1 }
      return Array(bytes[start..<position])
    }

    private mutating func quoted() -> [UInt8] {
      var word: [UInt8] = []
      position += 1
      while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
        if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
        word.append(bytes[position])
        position += 1
      }
      if position < bytes.count { position += 1 }
      return word
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
      byte == 0x20 || (0x09...0x0D).contains(byte)
    }
  }
}
