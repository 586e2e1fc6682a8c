import TestScenes
import TestSupport

extension SampleProject {
  /// An empty project, and beside it the registry of one plugin with these files, not published.
  init(helloNamed name: String, assets: [String] = [HelloRegistry.asset]) throws {
    try self.init(emptyNamed: name)
    try scratch.write("registry/catalog.yaml", text: HelloRegistry.catalog)
    try scratch.write("registry/catalog/hello.yaml", text: HelloRegistry.plugin(assets: assets))
    for asset in assets { try scratch.write("registry/catalog/\(asset)", text: "# Hello\n") }
  }
}
