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

@Suite struct LockEntryAuthenticationTests {
  private func makeEntry() throws -> LockEntry {
    let scene = TrustScene()
    let bytes = try ManifestText().signed(("alice", .alice))
    let manifest = try Manifest.parse(bytes, rules: .forTests())
    var entry = try scene.entry(manifest, ObjectID(hashing: bytes), try scene.judge(bytes))
    entry.tree = ObjectID(hashing: [1])
    entry.authenticate(with: TrustScene.project)
    return entry
  }

  private func check(_ entry: LockEntry, _ key: ProjectKey? = TrustScene.project) -> [LockfileAuthentication]
  {
    [entry.checkSignature(with: key), entry.checkEntryHMAC(with: key)]
  }

  @Test func theProjectsKeyIsRecognised() throws {
    let entry = try makeEntry()
    #expect(check(entry) == [.valid, .valid])
    #expect(check(entry, .generate()) == [.mismatch, .mismatch])
    #expect(check(entry, nil) == [.notChecked, .notChecked])
    var lockfile = Lockfile()
    _ = lockfile.set(entry)
    let read = try #require(try Lockfile.parse(lockfile.encode()).find(entry.name))
    #expect(check(read) == [.valid, .valid])
  }

  @Test func withoutAKeyThereIsNone() throws {
    var entry = try makeEntry()
    entry.authenticate(with: nil)
    #expect(entry.signature == nil && entry.entryHMAC == nil)
    #expect(check(entry) == [.missing, .missing] && check(entry, nil) == [.notChecked, .notChecked])
  }

  @Test func theSignatureIsThatOfTheVectors() throws {
    for vector in SignatureVector.all {
      let key = try ProjectKey(parsing: Array(try vector.text("lockfile_hmac", "key_hex").utf8))
      let catalog = try #require(ObjectID(hex: try vector.text("lockfile_hmac", "catalog_sha256")))
      let old = try makeEntry()
      var entry = LockEntry(
        name: old.name,
        url: old.url,
        syncedAt: old.syncedAt,
        catalog: catalog,
        manifest: old.manifest
      )
      entry.signature = try vector.text("lockfile_hmac", "signature_hex")
      #expect(entry.checkSignature(with: key) == .valid)
    }
  }

  @Test func everyChangeIsFound() throws {
    let changes: [(inout LockEntry) throws -> Void] = [
      { $0.url = "https://example.org/" }, { $0.syncedAt = WrittenTime(.latest) },
      { $0.manifest = ObjectID(hashing: [9]) }, { $0.tree = ObjectID(hashing: [9]) },
      { $0.registryName = "x" }, { $0.version = try SemanticVersion(parsing: "0.0.1") }, { $0.signers = [] },
      { $0.signers = nil }, { $0.highest = nil }, { $0.isPinned = true }, { $0.trustVerdict = .verified },
      { $0.warnings = ["x"] }, { $0.trustStorePath = "x" },
    ]
    for (index, change) in changes.enumerated() {
      var entry = try makeEntry()
      try change(&entry)
      #expect(check(entry) == [.valid, .mismatch], "change \(index)")
    }
    var entry = try makeEntry()
    entry.catalog = ObjectID(hashing: [9])
    #expect(check(entry) == [.mismatch, .mismatch])
  }
}
