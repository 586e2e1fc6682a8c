/// Finds programs in languages other than shell that run what they download, by calls that are close to each other.
enum ProgramRules {
  /// The distance in bytes within which a download and a call that runs code belong together.
  private static let reach = 400

  /// The places in a program that run what they download.
  static func downloads(in bytes: [UInt8]) -> [(offset: Int, detail: String)] {
    var found: [(offset: Int, detail: String)] = []
    var offset = 0
    while offset < bytes.count, found.count < FindingSink.maxFindings {
      guard stands(runners, in: bytes, at: offset) else {
        offset += 1
        continue
      }
      // `exec(urlopen(…).read())`: both calls are in one statement.
      let end = bytes[offset...].prefix(reach).firstIndex { $0 == 0x0A || $0 == UInt8(ascii: ";") }
      let statement = offset..<(end ?? min(offset + reach, bytes.count))
      if statement.contains(where: { stands(loaders, in: bytes, at: $0) }) {
        found.append((offset, "what it loads is run"))
      }
      // Other calls in the statement were checked with it.
      offset = statement.upperBound
    }
    return found
  }

  /// Whether a short program on a command line downloads something and runs something.
  static func isDownload(_ program: [UInt8]) -> Bool {
    has(runners, program) && has(loaders, program)
  }

  /// Whether a program runs what it is given on its standard input.
  static func runsInput(_ program: [UInt8]) -> Bool {
    has(runners, program) && has(["stdin", "STDIN", "input(", "<>", "gets"], program)
  }

  private static let runners: [StaticString] = [
    "exec(", "eval(", "eval ", "system(", "popen(", "Function(", "execSync(", "check_output(", "compile(",
    "subprocess.", "Invoke-Expression", "instance_eval",
  ]
  private static let loaders: [StaticString] = [
    "urlopen(", "requests.get(", "requests.post(", "urllib", "httpx.", "fetch(", "http.get(", "https.get(",
    "axios",
    "LWP", "get(\"http", "get('http", "Net::HTTP", "open-uri", "file_get_contents(", "curl_exec", "URI.open",
    "URI.parse", "DownloadString(", "curl http", "curl -", "wget ",
  ]

  private static func has(_ words: [StaticString], _ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { stands(words, in: bytes, at: $0) }
  }

  private static func stands(_ words: [StaticString], in bytes: [UInt8], at offset: Int) -> Bool {
    words.contains { word in
      guard offset + word.utf8CodeUnitCount <= bytes.count else { return false }
      return word.withUTF8Buffer { wanted in
        wanted.indices.allSatisfy { wanted[$0] == bytes[offset + $0] }
      }
    }
  }
}
