import Disk
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

/// The format is plain enough for two standard tools: inflate a file, hash it, compare with its name.
@Suite(.timeLimit(.minutes(10))) struct OutsideCheckTests {
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"]
    .first(where: FileManager.default.isExecutableFile)

  /// Uses nothing but the standard library; knows nothing of ours but DESIGN section 3.1.
  private static let script = """
    import hashlib, os, sys, zlib
    count = 0
    for parent, _, names in os.walk(sys.argv[1]):
        for name in names:
            path = os.path.join(parent, name)
            inflater = zlib.decompressobj()
            payload = inflater.decompress(open(path, "rb").read()) + inflater.flush()
            assert inflater.eof and not inflater.unused_data, path
            assert hashlib.sha256(payload).hexdigest() == os.path.basename(parent) + name, path
            assert os.stat(path).st_mode & 0o7777 == 0o444, path
            count += 1
    print(count)
    """

  private func run(_ store: TestStore) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = ["-c", Self.script, store.objects.path.string]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = Pipe()
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return (process.terminationStatus, text)
  }

  @Test(.enabled(if: python != nil, "there is no python3"))
  func everyObjectIsProvenByStandardTools() throws {
    let store = try TestStore()
    var generator = SeededGenerator(seed: 21)
    let batch = try ObjectBatch(store: store.open())
    for count in [0, 1, 4085, 4086, 65_536, 1_000_000] {
      try batch.add(generator.text(count))
      try batch.add(generator.bytes(count))
      var writer = batch.makeWriter()
      for _ in 0..<3 {
        let piece = generator.text(count)
        try writer.write(piece.span.bytes)
      }
      try batch.add(writer, expecting: nil)
    }
    try batch.commit()
    _ = try store.commitSnapshot(of: try store.commitTree(["a": "1", "d/b": "2"]))
    let count = try store.open().ids().count
    #expect(try run(store) == (0, "\(count)"))
    try store.plant(ObjectEncoder.encode([1]), as: try #require(try store.open().ids().first))
    #expect(try run(store).status != 0)
  }
}
