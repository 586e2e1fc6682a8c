import Disk
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

@Suite(.timeLimit(.minutes(2))) struct MachineKeyFileTests {
  let scratch: ScratchFolder
  let folder: FilePath
  private let disk = PosixDisk()

  init() throws {
    scratch = try ScratchFolder()
    folder = scratch.path.appending("state/mmdos")
  }

  private var path: FilePath { folder.appending("machine-key") }
  private var file: MachineKeyFile { MachineKeyFile(in: folder, disk: disk) }

  private func mode(_ path: FilePath) throws -> Int? {
    let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
    return (attributes[.posixPermissions] as? NSNumber)?.intValue
  }

  private func setMode(_ mode: Int, _ path: FilePath) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path.string)
  }

  private func plant(_ bytes: [UInt8] = [UInt8](repeating: 7, count: 32), mode: Int = 0o600) throws {
    try scratch.write("state/mmdos/machine-key", bytes)
    try setMode(0o700, folder)
    try setMode(mode, path)
  }

  @Test func readingMakesNothing() throws {
    #expect(file.find() == nil)
    #expect(file.problem == nil)
    #expect(!FileManager.default.fileExists(atPath: scratch.path.appending("state").string))
  }

  @Test func firstWriterMakesItForTheUserAlone() throws {
    let made = try #require(file.findOrMake())
    #expect(try mode(path) == 0o600)
    #expect(try mode(folder) == 0o700)
    #expect(try scratch.read("state/mmdos/machine-key") == made.fileContent)
    #expect(file.find()?.fileContent == made.fileContent)
    #expect(file.findOrMake()?.fileContent == made.fileContent)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.string) == ["machine-key"])
  }

  @Test func manyFirstWritersAgree() throws {
    let folder = folder
    let keys = Mutex<[[UInt8]?]>([])
    Parallel.forEach(count: 16) { _ in
      let key = MachineKeyFile(in: folder, disk: PosixDisk()).findOrMake()
      keys.withLock { $0.append(key?.fileContent) }
    }
    let all = keys.withLock { $0 }
    #expect(Set(all.compactMap(\.self)).count == 1)
    #expect(!all.contains(nil))
  }

  @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
  func keyThatOthersCanAccessIsNotUsedAndNotReplaced(mode: Int) throws {
    try plant(mode: mode)
    #expect(file.findOrMake() == nil)
    guard case .unusable(path, .accessibleToOthers(UInt32(mode)))? = file.problem else {
      Issue.record("\(String(describing: file.problem))")
      return
    }
    #expect(try scratch.read("state/mmdos/machine-key") == [UInt8](repeating: 7, count: 32))
  }

  @Test(arguments: [0o770, 0o707, 0o722, 0o777])
  func keyInAFolderThatOthersCanWriteToIsNotUsed(mode: Int) throws {
    try plant()
    try setMode(mode, folder)
    #expect(file.findOrMake() == nil)
    guard case .unusable(_, .folderOfOthers)? = file.problem else {
      Issue.record("\(String(describing: file.problem))")
      return
    }
  }

  @Test(arguments: [0, 31, 33, 1000]) func keyOfAnotherSizeIsNotUsed(count: Int) throws {
    try plant([UInt8](repeating: 7, count: count))
    #expect(file.findOrMake() == nil)
    guard case .unusable(_, .wrongSize(Int64(count)))? = file.problem else {
      Issue.record("\(String(describing: file.problem))")
      return
    }
  }

  @Test func linkInItsPlaceIsNotFollowed() throws {
    try plant()
    let moved = scratch.path.appending("elsewhere").string
    try FileManager.default.moveItem(atPath: path.string, toPath: moved)
    try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: moved)
    #expect(file.findOrMake() == nil)
    guard case .unusable(_, .notAFile)? = file.problem else {
      Issue.record("\(String(describing: file.problem))")
      return
    }
  }

  @Test func withoutAPlaceNothingIsVouchedFor() {
    for place in [nil, FilePath("relative/mmdos")] {
      let file = MachineKeyFile(in: place, disk: disk)
      #expect(file.findOrMake() == nil)
      guard case .noPlace? = file.problem else {
        Issue.record("\(String(describing: file.problem))")
        return
      }
    }
  }
}
