import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

@Suite struct SourceEditingTests {
  /// Two commands look for the registry, and then both are to remove it.
  @Test func secondOfTwoRemovalsFindsNoRegistry() async throws {
    let scene = try StorageScene(registries: ["one", "two"])
    try scene.publish("one", 0)
    try await scene.sync("one")
    let name = try RegistryName(parsing: "one")
    let editing = SourceEditing(scene.project, lockTimeout: .seconds(5))
    try editing.remove(name)
    #expect(throws: ProjectError.unknownRegistry("one", known: ["two"])) { try editing.remove(name) }
    #expect(try scene.project.readSources().sources.map(\.name.description) == ["two"])
  }
}
