import SystemPackage
import Testing

@testable import Disk
@testable import ObjectStore

struct ObjectStoreErrorTests {
  private static let id = TreeTests.anyID

  @Test(arguments: [
    ObjectStoreError.corrupt(id, "/x", .wrongKind), .disk(DiskError(.read, "/x", .ioError)),
    .disk(DiskError(.open, "/x", .permissionDenied)), .disk(DiskError(.inspect, "/x", .staleNFSFileHandle)),
  ])
  func failureToReadOneCopyLeavesOthersToTry(error: ObjectStoreError) {
    #expect(error.isOfOneCopy)
  }

  @Test(arguments: [
    ObjectStoreError.missing(id), .malformed(id, .tooDeep), .unencodable(field: "x"),
    .wrongContent(expected: id, found: id), .disk(DiskError(.write, "/x", .ioError)),
    .disk(DiskError(.create, "/x", .noSpace)), .disk(DiskError(.rename, "/x", .noSpace)),
    .disk(DiskError(.synchronize, "/x", .ioError)),
  ])
  func everyOtherFailureIsFinal(error: ObjectStoreError) {
    #expect(!error.isOfOneCopy)
  }
}
