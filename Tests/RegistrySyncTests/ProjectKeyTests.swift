import Disk
import Foundation
import ObjectStore
import RegistrySync
import SystemPackage
import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

@Suite struct ProjectKeyTests {
  private static let hex = String(repeating: "0a", count: 32)

  @Test func aNewKeyIsReadBack() throws {
    let key = ProjectKey.generate()
    #expect(key.fileContent.count == 65 && key.fileContent.last == UInt8(ascii: "\n"))
    #expect(try ProjectKey(parsing: key.fileContent).fingerprint == key.fingerprint)
    #expect(key.fingerprint != ProjectKey.generate().fingerprint)
    #expect(try ProjectKey(parsing: Array(Self.hex.utf8)).fileContent == Array((Self.hex + "\n").utf8))
  }

  @Test(arguments: [
    "", "\n", String(hex.dropLast()), hex + "0", hex + "\n\n", hex + "\r\n", " " + hex, hex.uppercased(),
    "g" + hex.dropFirst(), hex + hex,
  ])
  func malformedKeysAreRefused(text: String) {
    #expect(throws: ProjectKeyProblem.malformed) { try ProjectKey(parsing: Array(text.utf8)) }
  }

  @Test func aKeyThatOthersCanReadIsNotUsed() throws {
    let scratch = try ScratchFolder()
    let folder = try Folder.open(scratch.path)
    #expect(try ProjectKey.find("key", in: folder) == nil)
    let file = try scratch.write("key", text: Self.hex + "\n").string
    func setMode(_ mode: Int) throws {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }
    for mode in [0o600, 0o400] {
      try setMode(mode)
      #expect(try ProjectKey.find("key", in: folder)?.fileContent == Array((Self.hex + "\n").utf8))
    }
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666] {
      try setMode(mode)
      #expect(throws: ProjectKeyProblem.accessibleToOthers(mode: UInt32(mode))) {
        try ProjectKey.find("key", in: folder)
      }
    }
  }

  @Test func onlyARegularFileIsRead() throws {
    let scratch = try ScratchFolder()
    let folder = try Folder.open(scratch.path)
    try scratch.write("long", text: Self.hex + Self.hex)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600],
      ofItemAtPath: scratch.path.appending("long").string
    )
    #expect(throws: ProjectKeyProblem.malformed) { try ProjectKey.find("long", in: folder) }
    try FileManager.default.createSymbolicLink(
      atPath: scratch.path.appending("link").string,
      withDestinationPath: "long"
    )
    try scratch.makeFolder("folder")
    for name: FileName in ["link", "folder"] {
      #expect(throws: DiskError.self) { try ProjectKey.find(name, in: folder) }
    }
  }
}
