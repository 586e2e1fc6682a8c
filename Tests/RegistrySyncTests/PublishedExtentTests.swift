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

  /// Each limit that the advice names is one that a publisher's own policy raises, and no other.
  @Test func adviceThatIsFollowedRaisesTheLimits() throws {
    var extent = PublishedExtent()
    (extent.entryCount, extent.pluginFileCount) = (200_000, 90_000)
    (extent.totalBytes, extent.largestFileBytes) = (1 << 32, 1 << 30)
    (extent.largestManifestBytes, extent.pluginBytes) = (15 << 20, 1 << 30)
    var policy = ""
    for case .needsLimit(let key, let value, _) in extent.warnings { policy += "\(key): \(value)\n" }
    let limits = try Policy.parse(Array(policy.utf8)).limits
    let raised = Limits().raised(to: limits)
    #expect(raised == limits && limits.raised(to: Limits()) == limits)
    #expect(raised.maxManifestEntries == extent.entryCount && raised.maxPluginFiles == extent.pluginFileCount)
    #expect(raised.maxSnapshotBytes == extent.totalBytes && raised.maxFileBytes == extent.largestFileBytes)
    #expect(
      raised.maxManifestBytes == extent.largestManifestBytes && raised.maxPluginBytes == extent.pluginBytes
    )
    var other = Limits()
    other.maxAttempts += 1
    #expect(Limits().raised(to: other) == Limits())
  }
}
