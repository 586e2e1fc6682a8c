import Disk
import Foundation
import ObjectStore
import Refs
import SystemPackage
import Testing

struct RefStoreTests {
  let cache: TestCache

  init() throws {
    cache = try TestCache()
  }

  @Test func absentFoldersHoldNoRefs() throws {
    #expect(try cache.store.find(cache.used) == nil)
    #expect(try cache.store.list().isEmpty)
    #expect(try cache.store.reflog(of: cache.used).entries.isEmpty)
    #expect(throws: RefError.absent(cache.used)) { try cache.store.read(cache.used) }
    #expect(try cache.paths().isEmpty)
  }

  @Test func refIsSixtyFourDigitsAndANewline() throws {
    try cache.write("\(id(1))\n", to: "refs/registries/acme")
    #expect(try cache.store.find(cache.used) == id(1))
    #expect(try cache.store.read(cache.used) == id(1))
    #expect(try cache.store.find(cache.synced) == nil)
  }

  @Test(arguments: [
    "", "\n", "\(id(1))", "\(id(1))\n\n", " \(id(1))\n", "\(id(1)) \n", "\(id(1))\r\n",
    "\(id(1).description.uppercased())\n", "\(id(1).description.dropLast())\n", "\(id(1))0\n",
    "\(zeros)\n", "ref: refs/registries/other\n", String(repeating: "\u{0}", count: 65),
    String(repeating: "a", count: 100_000),
  ])
  func anythingElseIsCorrupt(content: String) throws {
    try cache.write(content, to: "refs/registries/acme")
    let path = cache.folder.path.appending("refs/registries/acme")
    #expect(throws: RefError.malformedRef(path)) { try cache.store.find(cache.used) }
    #expect(throws: RefError.malformedRef(path)) { try cache.store.list() }
  }

  @Test(arguments: ["refs", "refs/registries", "refs/registries/acme"])
  func linkOnTheWayIsNotFollowed(place: String) throws {
    try cache.write("\(id(1))\n", to: "elsewhere/registries/acme")
    let target = place.replacing("refs", with: "elsewhere")
    try cache.link(place, to: cache.folder.path.appending(target).string)
    let error = thrown { _ = try cache.store.find(cache.used) }
    guard case .disk(let cause) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(cause.isWrongKind)
  }

  @Test func folderInPlaceOfARefIsAnError() throws {
    try cache.write("", to: "refs/registries/acme/x")
    let path = cache.folder.path.appending("refs/registries/acme")
    #expect(throws: RefError.disk(DiskError(.open, path, .isDirectory))) {
      try cache.store.find(cache.used)
    }
  }

  @Test func refsAreListedByKindAndName() throws {
    for name in ["b", "a", "B"] { try cache.write("\(id(1))\n", to: "refs/registries/\(name)") }
    try cache.write("\(id(2))\n", to: "refs/synced/a")
    try cache.write("\(id(3))\n", to: "refs/sources/\(id(9))")
    let all = try cache.store.list()
    #expect(
      all.map(\.name.description) == [
        "registries/B", "registries/a", "registries/b", "synced/a", "sources/\(id(9))",
      ]
    )
    #expect(all.map(\.id) == [id(1), id(1), id(1), id(2), id(3)])
  }

  @Test func unfinishedFilesAreNotListed() throws {
    try cache.write("half", to: "refs/registries/tmp_0123")
    #expect(try cache.store.list().isEmpty)
  }

  @Test(arguments: [".hidden", "acme.lock", "acme~", "a b", "project"])
  func strangeNameAmongRefsIsAnError(name: String) throws {
    try cache.write("\(id(1))\n", to: "refs/registries/\(name)")
    let path = cache.folder.path.appending("refs/registries").appending(name)
    #expect(throws: RefError.unexpectedFile(path)) { try cache.store.list(.registries) }
    #expect(try cache.store.list(.synced).isEmpty)
  }

  @Test func nameThatIsNotUTF8IsAnError() throws {
    try cache.write("\(id(1))\n", to: "refs/sources/x")
    let folder = try cache.folder.openFolder("refs").openFolder("sources")
    let bytes: [CChar] = [0x61, -1, 0]
    let name = try #require(
      bytes.withUnsafeBufferPointer { buffer in
        buffer.baseAddress.flatMap { FileName(platformString: $0) }
      }
    )
    try PosixDisk().rename("x", in: folder, to: name, in: folder)
    let error = thrown { _ = try cache.store.list(.sources) }
    #expect(error == .unexpectedFile(folder.path.appending(name)))
  }
}
