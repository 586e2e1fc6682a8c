import ObjectStore
import Testing

@testable import Formats
@testable import RegistryModel
@testable import RegistrySync

/// What is compiled in passes the rules for what comes from outside.
struct BundledCatalogTests {
  @Test func catalogParsesWithoutWarnings() throws {
    let catalog = try Catalog.parse(Array(BundledCatalog.index.utf8))
    #expect(catalog.entries.count == BundledCatalog.plugins.count)
    #expect(catalog.warnings == [])
    #expect(catalog.version == BundledCatalog.version)
    #expect((4...6).contains(catalog.entries.count))
  }

  @Test(arguments: BundledCatalog.plugins.map(\.slug))
  func pluginSatisfiesTheDefaultPolicy(slug: String) throws {
    let policy = Policy()
    let files = BundledCatalog.files
    let slug = try PluginSlug(parsing: slug)
    let entry = try #require(try Catalog.parse(Array(BundledCatalog.index.utf8)).find(slug))
    let text = try #require(files[slug.registryPath.description])
    let manifest = try PluginManifest.parse(Array(text.utf8), expecting: slug)
    #expect(manifest.name == entry.name && manifest.version == entry.version)
    #expect(manifest.assets.map(\.path.description) == entry.filesPreview)
    #expect(!manifest.assets.isEmpty && manifest.assets.count < policy.limits.maxPluginFiles)
    var size = text.utf8.count
    for asset in manifest.assets {
      let bytes = Array(try #require(files[asset.registryPath.description]).utf8)
      size += bytes.count
      #expect(ContentClass(of: bytes, at: asset.path) == .text)
      #expect(!policy.blockedPaths.contains { PathPattern(parsing: $0)?.covers(asset.path) ?? true })
      #expect(bytes.last == UInt8(ascii: "\n"))
      if asset.path.name.hasSuffix(".yaml") { _ = try SafeYAML.parse(bytes) }
    }
    #expect(size <= Int(policy.limits.maxPluginBytes))
  }

  @Test func everyFileBelongsToAPlugin() throws {
    var paths: Set<String> = []
    for plugin in BundledCatalog.plugins {
      paths.insert("catalog/\(plugin.slug).yaml")
      for file in plugin.files { #expect(paths.insert("catalog/\(file.path)").inserted, "\(file.path)") }
    }
    #expect(paths == Set(BundledCatalog.files.keys))
  }

  @Test(arguments: ["bundled", "local", "file", "remote:partner"])
  func originsReadWhatTheyWrite(text: String) {
    #expect(PluginOrigin(parsing: text)?.description == text)
  }

  @Test(arguments: ["", "all", "remote:", "remote:a b", "remote:all", "Bundled", "partner"])
  func otherTextIsNoOrigin(text: String) {
    #expect(PluginOrigin(parsing: text) == nil)
  }
}
