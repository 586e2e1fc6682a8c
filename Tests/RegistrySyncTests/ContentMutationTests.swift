import Foundation
import ObjectStore
import RegistrySync
import TestSupport
import Testing

/// Catalog and plugin files are bound to the signed manifest by their hashes: no changed byte gets in.
struct ContentMutationTests {
  @Test func noChangedByteOfCatalogOrPluginsIsTaken() throws {
    let scratch = try ScratchFolder()
    let folder = try Folder.open(try scratch.makeFolder("objects"))
    let batch = try ObjectBatch(store: ObjectStore(folder: folder, disk: PosixDisk()))
    let registry = TestRegistry(count: 4)
    let files = registry.published.filter { $0.key != "manifest.json" }.sorted { $0.key < $1.key }
    var random = SeededGenerator(state: 20_261_123)
    for _ in 0..<2_000 {
      let (_, bytes) = files[Int.random(in: files.indices, using: &random)]
      var changed = bytes
      let index = Int.random(in: changed.indices, using: &random)
      changed[index] ^= UInt8.random(in: 1...255, using: &random)
      let announced = ObjectID(hashing: bytes)
      #expect(throws: ObjectStoreError.wrongContent(expected: announced, found: ObjectID(hashing: changed))) {
        try batch.add(changed, expecting: announced)
      }
    }
    #expect(batch.count == 0)
    try batch.discard()
  }
}
