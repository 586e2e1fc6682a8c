import Testing

@testable import RegistryModel
@testable import RegistrySync

struct PublishedExtentTests {
  /// The advice names the keys as the policy knows them.
  @Test func limitsAreKeysOfThePolicy() {
    var extent = PublishedExtent()
    (extent.entryCount, extent.pluginFileCount) = (.max, .max)
    (extent.totalBytes, extent.largestFileBytes) = (.max, .max)
    (extent.largestManifestBytes, extent.pluginBytes) = (.max, .max)
    let keys = extent.warnings.compactMap { if case .needsLimit(let key, _, _) = $0 { key } else { nil } }
    #expect(keys.count == 6 && Set(keys).isSubset(of: Set(PolicyKey.all.map(\.name))))
    #expect(PublishedExtent().warnings.isEmpty)
  }
}
