import Disk
import SystemPackage
import TestSupport
import Testing

@testable import ObjectStore

struct LooseObjectsTests {
  private let store: TestStore

  init() throws {
    store = try TestStore()
  }

  @Test func listTellsObjectsFromEverythingElse() throws {
    let ids = try store.commit([[1], [2], [3]])
    let strangers = [
      "README", "AB/x", "a/x", "abc/x", "tmp_0", "+1/x", "\(ids[0].description.prefix(2))/tmp_1",
      "\(ids[0].description.prefix(2))/\(ids[0])",
    ]
    for name in strangers { try store.scratch.write("objects/\(name)", text: "") }
    try store.scratch.makeFolder("objects/info")
    let listing = try store.open().loose.list()
    #expect(listing.ids == ids.sorted())
    let found = Set(listing.strangers.map { $0.string.dropFirst(store.objects.path.string.count + 1) })
    #expect(
      found == [
        "README", "AB", "a", "abc", "tmp_0", "+1", "\(ids[0].description.prefix(2))/tmp_1",
        "\(ids[0].description.prefix(2))/\(ids[0])",
      ]
    )
  }

  @Test func fanOutFolderMadeByAnotherProcessIsFound() throws {
    let opened = try store.open()
    let id = ObjectID(hashing: [1])
    #expect(try opened.findAttributes(id) == nil)
    try store.commit([[1]])
    #expect(try opened.findAttributes(id)?.kind == .file)
  }

  @Test func pathIsForMessagesAndNeedsNoFile() throws {
    let id = try #require(ObjectID(hex: ObjectIDTests.digits))
    let path = try store.open().loose.path(of: id)
    #expect(path == store.objects.path.appending("2c").appending(String(ObjectIDTests.digits.dropFirst(2))))
  }
}
