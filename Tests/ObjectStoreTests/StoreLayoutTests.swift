import Disk
import SystemPackage
import Testing

@testable import ObjectStore

struct StoreLayoutTests {
  /// DESIGN section 3.
  @Test func namesAreTheDocumentedOnes() {
    #expect(StoreLayout.objects.string == "objects")
    #expect(StoreLayout.info.string == "info")
    #expect(StoreLayout.alternates.string == "alternates")
    #expect(StoreLayout.shallow.string == "shallow")
    #expect(StoreLayout.format.string == "format")
    #expect(StoreLayout.lock.string == "lock")
    #expect(StoreLayout.formatLine == "mmdos-cache 1\n")
    #expect(StoreLayout.quarantinePrefix.hasPrefix(StoreLayout.temporaryPrefix))
  }

  @Test func fanOutFoldersAreTwoLowerCaseDigits() {
    #expect([0, 9, 10, 171, 255].map { StoreLayout.fanOut($0).string } == ["00", "09", "0a", "ab", "ff"])
  }
}
