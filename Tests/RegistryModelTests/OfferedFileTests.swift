import Formats
import ObjectStore
import Testing

@testable import RegistryModel

struct OfferedFileTests {
  private static let id = ObjectID(hashing: [1])

  @Test(arguments: [OfferedFile.packList, .pack(id), .release(id)])
  func fileIsRecognisedByItsNames(file: OfferedFile) {
    #expect(OfferedFile(file.names) == file)
    #expect(OfferedFile(["catalog"] + file.names) == nil)
    #expect(OfferedFile.isReserved(atRoot: file.names[0]))
    #expect(OfferedFile.isReserved(atRoot: file.names[0].uppercased()))
  }

  @Test(arguments: [
    [], ["releases"], ["packs"], ["releases", "notes.md"], ["releases", "\(id).pack"],
    ["packs", "\(id).json"], ["Releases", "\(id).json"], ["releases", "\(id)x.json"],
    ["releases", "\(id).json", "x"], ["releases", id.description.uppercased() + ".json"],
    ["releases", String("\(id)".dropLast()) + "\u{E9}.json"], ["PACKS.json"], ["manifest.json"],
  ])
  func otherNamesAreNot(names: [String]) {
    #expect(OfferedFile(names) == nil)
  }

  @Test(arguments: ["catalog", "packs.yaml", "release", "manifest.json", "packsx"])
  func otherNamesAreFreeForContent(name: String) {
    #expect(!OfferedFile.isReserved(atRoot: name))
  }

  @Test func urlLiesBesideTheCatalog() throws {
    let url = try RegistryURL(parsing: "https://h.example/a/", allowHTTPLocalhost: false)
    #expect(
      try url.requestURL(for: .release(Self.id)).description
        == "https://h.example/a/releases/\(Self.id).json"
    )
    #expect(try url.requestURL(for: .packList).description == "https://h.example/a/packs.json")
  }
}
