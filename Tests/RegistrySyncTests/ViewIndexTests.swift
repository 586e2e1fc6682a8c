import Disk
import Foundation
import ObjectStore
import Refs
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// The file of a view's index: read back as it was written, and as nothing else.
struct ViewIndexTests {
  private let folder: ScratchFolder
  private let notary: ProjectNotary

  init() throws {
    folder = try ScratchFolder("ViewIndexTests")
    let file = MachineKeyFile(in: folder.path.appending("state"), disk: UnflushedDisk())
    notary = ProjectNotary(file: file, scope: .init(project: "/project", registry: "one"))
  }

  private func mark(_ number: Int64, isFolder: Bool = false) -> FileMark {
    FileMark(
      device: 7,
      inode: UInt64(number),
      size: number,
      mode: isFolder ? 0x8000 | 0o755 : 0o644,
      changeTime: number * 1_000_000_007
    )
  }

  private var index: ViewIndex {
    func file(_ name: FileName, _ number: Int64) -> ViewIndex.File {
      ViewIndex.File(name: name, id: ObjectID(hashing: [UInt8(number)]), mark: mark(number))
    }
    let folders: [[FileName]] = [[], ["a"], ["a", "b"], ["a", "b", "c"], ["a", "d"], ["größe"]]
    return ViewIndex(
      view: ObjectID(hashing: [1]),
      settled: 1_795_863_846_716_428_910,
      sections: folders.enumerated().map { number, path in
        ViewIndex.Section(
          path: path,
          mark: mark(Int64(number), isFolder: true),
          files: number == 2 ? [] : [file("x.md", 20), file("y z", Int64(30 + number))]
        )
      },
      stored: ViewIndex.Stored(
        snapshot: ObjectID(hashing: [8]),
        packs: [ViewIndex.Object(id: ObjectID(hashing: [9]), mark: mark(90))],
        loose: [ViewIndex.Object(id: ObjectID(hashing: [10]), mark: mark(91))]
      )
    )
  }

  @Test func isReadBackAsItWasWritten() throws {
    let bytes = try #require(ViewIndexCoding.encode(index, vouchedBy: notary))
    #expect(ViewIndexCoding.decode(bytes, vouchedBy: notary) == index)
    #expect(index.folders(in: 0) == ["a", "größe"] && index.folders(in: 1) == ["b", "d"])
    #expect(index.folders(in: 3).isEmpty)
  }

  @Test func isWrittenForNobodyWithoutAKey() {
    #expect(ViewIndexCoding.encode(index, vouchedBy: NoNotary()) == nil)
  }

  @Test func isNotBelievedElsewhere() throws {
    let bytes = try #require(ViewIndexCoding.encode(index, vouchedBy: notary))
    for scope in [
      MachineKey.Scope(project: "/other", registry: "one"),
      MachineKey.Scope(project: "/project", registry: "two"),
    ] {
      let other = ProjectNotary(file: notary.file, scope: scope)
      #expect(ViewIndexCoding.decode(bytes, vouchedBy: other) == nil)
    }
  }

  @Test func anyOtherByteMakesItNone() throws {
    let bytes = try #require(ViewIndexCoding.encode(index, vouchedBy: notary))
    for position in bytes.indices {
      var changed = bytes
      changed[position] ^= 1
      #expect(ViewIndexCoding.decode(changed, vouchedBy: notary) == nil)
      #expect(ViewIndexCoding.decode(Array(bytes.prefix(position)), vouchedBy: notary) == nil)
    }
  }

  /// What this machine vouches for is parsed as strictly: a wrong length may not make the reader trap.
  @Test func wrongBodiesWithARightVoucherAreNone() throws {
    let bytes = try #require(ViewIndexCoding.encode(index, vouchedBy: notary))
    let body = Array(bytes.dropFirst(46))
    var generator = SeededGenerator(seed: 12)
    for turn in 0..<2_000 {
      var changed = body
      if turn % 3 == 0 { changed.removeLast(Int.random(in: 1..<body.count, using: &generator)) }
      if turn % 3 == 1 { changed += [0] }
      let position = Int.random(in: 32..<max(33, changed.count), using: &generator)
      if turn % 3 == 2 { changed[position] = .random(in: 0...255, using: &generator) }
      let voucher = try #require(notary.voucher(for: changed, as: .viewIndex))
      let found = ViewIndexCoding.decode(
        Array(bytes.prefix(14)) + voucher.bytes + changed,
        vouchedBy: notary
      )
      if turn % 3 != 2 { #expect(found == nil) }
    }
  }
}
