import Testing

@testable import Formats

@Suite struct NearestNameTests {
  private let known = ["allow_remote_registries", "audit", "ca_file", "max_plugin_files", "url"]

  @Test(arguments: [
    ("allow_remote_registry", "allow_remote_registries"), ("Max-Plugin-Files", "max_plugin_files"),
    ("uadit", "audit"), ("ulr", "url"), ("cafile", "ca_file"), ("maxpluginfiles", "max_plugin_files"),
  ])
  func findsWhatWasMeant(_ typed: String, _ meant: String) {
    #expect(NearestName.find(typed, in: known) == meant)
  }

  @Test(arguments: ["", "x", "colour", "completely_different", String(repeating: "a", count: 65)])
  func suggestsNothingForWhatIsFar(_ typed: String) {
    #expect(NearestName.find(typed, in: known) == nil)
  }
}
