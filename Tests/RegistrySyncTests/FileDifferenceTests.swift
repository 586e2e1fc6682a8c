import ObjectStore
import Testing

@testable import RegistrySync

struct FileDifferenceTests {
  private func sides(_ files: KeyValuePairs<String, String>) throws -> [FileDifference.Side] {
    try files.map { .init(path: try TreePath($0), id: ObjectID(hashing: Array($1.utf8)), size: nil) }
  }

  private func describe(
    _ old: KeyValuePairs<String, String>,
    _ new: KeyValuePairs<String, String>
  ) throws -> [String] {
    try FileDifference.between(sides(old), sides(new)).map { difference in
      let origin = difference.kind == .renamed ? " from \(difference.old?.path.description ?? "")" : ""
      return "\(difference.kind) \(difference.path)\(origin)"
    }
  }

  @Test func tellsWhatHappenedToEachFile() throws {
    #expect(
      try describe(["a": "1", "b": "2", "c": "3"], ["a": "1", "b": "x", "d": "4"]) == [
        "changed b", "removed c", "added d",
      ]
    )
  }

  @Test func sameContentElsewhereIsARename() throws {
    #expect(try describe(["old/a": "1"], ["new/a": "1"]) == ["renamed new/a from old/a"])
    // Changed on the way: two files, as nothing proves that they are one.
    #expect(try describe(["old/a": "1"], ["new/a": "2"]) == ["added new/a", "removed old/a"])
  }

  @Test func fileThatIsStillThereIsNoOrigin() throws {
    #expect(try describe(["a": "1"], ["a": "1", "b": "1"]) == ["added b"])
    #expect(try describe(["a": "1"], ["a": "2", "b": "1"]) == ["changed a", "added b"])
  }

  @Test func ofSeveralOriginsTheSameNameWins() throws {
    #expect(
      try describe(["p/x": "1", "q/y": "1", "r/z": "1"], ["new/y": "1", "new/w": "1"]) == [
        "renamed new/w from p/x", "renamed new/y from q/y", "removed r/z",
      ]
    )
  }

  @Test func eachOriginIsTakenOnce() throws {
    #expect(try describe(["a": "1"], ["b": "1", "c": "1"]) == ["renamed b from a", "added c"])
  }
}
