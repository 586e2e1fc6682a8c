import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk

@Suite struct FileSystemAbilityTests {
  private func lacking(_ code: Errno) -> Set<FileSystemAbility> {
    let error = DiskError(.open, "/x", code)
    return Set(FileSystemAbility.allCases.filter { error.lacks($0) })
  }

  @Test(arguments: [
    Errno.ioError, .noSpace, .diskQuotaExceeded, .readOnlyFileSystem, .tooManyOpenFiles, .noMemory,
    .noSuchFileOrDirectory, .fileExists, .staleNFSFileHandle, .canceled, .wouldBlock,
  ])
  func failureIsNeverTakenForALack(_ code: Errno) {
    #expect(lacking(code).isEmpty)
  }

  @Test func eachAnswerIsKnownWhereItIsGiven() {
    #expect(lacking(.notSupported) == lacking(.noFunction))
    #expect(lacking(.invalidArgument) == [.folderFlush, .wholeFlush, .locks, .exchange, .links, .clones])
    #expect(lacking(.badFileDescriptor) == [.folderFlush, .locks])
    #expect(lacking(.noLocks) == [.locks])
    #expect(lacking(.improperLink) == [.exchange, .move, .links, .clones])
    #expect(lacking(.resourceBusy) == [.exchange, .move])
    #expect(lacking(.tooManyLinks) == [.links])
    #expect(lacking(.notPermitted) == [.links, .clones])
  }

  @Test func ordinaryFolderLacksNothing() throws {
    #expect(try TestFolder().folder.lackingAbilities().isEmpty)
  }

  @Test func groupsFolderGivesTheGroupWhatTheOwnerHas() throws {
    let test = try TestFolder()
    try test.makeFolder("group")
    guard chmod(test.path("group"), 0o2775) == 0 else { throw Errno(rawValue: errno) }
    let (disk, group) = (PosixDisk(), try test.folder.openFolder("group"))
    let umask = umask(0o002)
    defer { Foundation.umask(umask) }
    try disk.makeFolder("inner", in: group)
    _ = try disk.createFile("file", in: group, mode: 0o644)
    _ = try disk.createFile("object", in: group, mode: 0o444)
    _ = try disk.createFile("secret", in: group, mode: 0o600)
    _ = try disk.openForAppending("log", in: group)
    _ = try FileLock.acquire("lock", in: group, .exclusive, timeout: .zero)
    _ = try disk.createFile("alone", in: test.folder, mode: 0o644)
    func mode(_ name: FileName) throws -> UInt32? { try group.findAttributes(name)?.mode }
    #expect(try mode("inner") == 0o2775)
    #expect(try mode("file") == 0o664 && mode("log") == 0o664 && mode("lock") == 0o664)
    #expect(try mode("object") == 0o444 && mode("secret") == 0o600)
    #expect(try test.folder.findAttributes("alone")?.mode == 0o644)
  }
}
