import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk
@testable import ObjectStore

/// Numbers that files, trees and clocks state, however large.
struct OutsideNumberTests {
  @Test(
    arguments: [
      (1, 2, 3), (.max, 1, .max), (.max, .max, .max), (.min, -1, .min), (.max, .min, -1),
    ] as [(Int64, Int64, Int64)]
  )
  func sumStopsAtTheNearestNumber(first: Int64, second: Int64, sum: Int64) {
    #expect(first.addingClamped(second) == sum)
    #expect([first, second].clampedSum() == sum)
  }

  @Test(
    arguments: [
      (2, 3, 6), (.max, 2, .max), (.min, 2, .min), (.min, -1, .max), (.max, -2, .min), (.max, 0, 0),
    ] as [(Int64, Int64, Int64)]
  )
  func productStopsAtTheNearestNumber(first: Int64, second: Int64, product: Int64) {
    #expect(first.multipliedClamped(by: second) == product)
  }

  @Test(arguments: [(9_999_999_999, .max), (-9_999_999_999, .min + 5), (1, 1_000_000_005)] as [(Int, Int64)])
  func changeTimeOfAnyCentury(seconds: Int, nanoseconds: Int64) {
    var status = stat()
    #if canImport(Darwin)
      status.st_ctimespec = timespec(tv_sec: seconds, tv_nsec: 5)
    #else
      status.st_ctim = timespec(tv_sec: seconds, tv_nsec: 5)
    #endif
    #expect(FileAttributes(status).changeTime == nanoseconds)
  }

  @Test func filesWithHolesMayBeLargerThanAnyDisk() {
    var space = RemovedSpace()
    for inode in 1...3 {
      var status = stat()
      status.st_mode = S_IFREG
      status.st_nlink = 1
      status.st_ino = numericCast(inode)
      status.st_size = .max
      space.add(FileAttributes(status))
    }
    #expect(space.bytes == .max)
    #expect(space.fileCount == 3)
  }

  @Test func foldersInFoldersAreCountedAndRemovedWithFewOpen() throws {
    let scratch = try ScratchFolder("deep")
    let folder = try Folder.open(scratch.makeFolder("top"))
    let disk = PosixDisk()
    // Deeper than a process may have files open, and than a stack of calls would go.
    var inner = try disk.ensureFolder("deep", in: folder)
    for _ in 0..<1_200 { inner = try disk.ensureFolder("d", in: inner) }
    let content: [UInt8] = [1, 2, 3]
    try disk.write(content.span.bytes, to: try disk.createFile("file", in: inner, mode: 0o644))
    var space = RemovedSpace()
    try space.addEverything(at: "deep", in: folder)
    #expect(space.fileCount == 1)
    #expect(space.bytes == 3)
    try disk.removeRecursively("deep", in: folder)
    #expect(try folder.names().isEmpty)
  }
}
