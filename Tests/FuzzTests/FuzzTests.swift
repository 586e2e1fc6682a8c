import Foundation
import FuzzEntries
import TestSupport
import Testing

/// Every parser of outside bytes takes whatever comes: its corpus, and what random edits make of it.
///
/// `FUZZ_SECONDS` says how long each is tried (default 0.2); a printed seed repeats the same inputs in the same order.
/// `make fuzz` tries the same entries with libFuzzer, which looks for new paths through the code.
@Suite(.timeLimit(.minutes(20))) struct FuzzTests {
  private static func corpus(of entry: FuzzEntry) throws -> [[UInt8]] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/Fuzz/\(entry.name)").standardized
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      .map { [UInt8](try Data(contentsOf: folder.appendingPathComponent($0))) }
  }

  private static let time = ProcessInfo.processInfo.environment["FUZZ_SECONDS"].flatMap(Double.init) ?? 0.2

  @Test(arguments: FuzzEntry.all.map(\.name))
  func noInputBreaksIt(name: String) throws {
    let entry = try #require(FuzzEntry.all.first { $0.name == name })
    let corpus = try Self.corpus(of: entry)
    try #require(!corpus.isEmpty, "no corpus for \(name)")
    for bytes in corpus { #expect(entry.run(bytes) == nil) }
    var generator = SeededGenerator(seed: SeededGenerator.freshSeed(name))
    let end = ContinuousClock.now + .seconds(Self.time)
    var count = 0
    while count < 100 || ContinuousClock.now < end {
      count += 1
      var bytes = generator.mutateText(corpus.randomElement(using: &generator) ?? [])
      if count % 8 == 0, let other = corpus.randomElement(using: &generator) {
        // Two that are joined somewhere reach what neither does.
        let cut = Int.random(in: 0...bytes.count, using: &generator)
        bytes = Array(bytes[..<cut] + other.suffix(Int.random(in: 0...other.count, using: &generator)))
      }
      if let violation = entry.run(bytes) {
        Issue.record("\(name), input \(count) is \(Data(bytes).base64EncodedString()): \(violation)")
        return
      }
    }
    print("fuzz \(name): \(count) inputs")
  }
}
