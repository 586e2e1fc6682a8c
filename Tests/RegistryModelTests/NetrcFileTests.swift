import RegistryModel
import Testing

struct NetrcFileTests {
  private func find(_ host: String, in text: String) -> [String?]? {
    NetrcFile(Array(text.utf8)).find(host).map { [$0.user, $0.password] }
  }

  @Test func loginsAreFoundByHost() {
    let text = """
      # comment machine no.example
      machine a.example login me password one
      machine b.example
        login "you there"  password "t\\"w o"
        account ignored
      machine a.example login other password other
      """
    #expect(find("A.example", in: text) == ["me", "one"])
    #expect(find("b.example", in: text) == ["you there", "t\"w o"])
    #expect(find("no.example", in: text) == nil)
  }

  @Test func defaultAndMacrosAreNoLogins() {
    let text = """
      macdef init
      machine evil.example login x password y

      machine a.example login me
      default login anonymous password guest
      """
    #expect(find("evil.example", in: text) == nil)
    #expect(find("a.example", in: text) == ["me", nil])
    #expect(find("default", in: text) == nil)
  }

  @Test(arguments: [
    "", "machine", "machine a", "login x", "machine \"", "macdef", "macdef x", "\\", "\"\\", "#",
  ])
  func tornFilesAreNoTrap(text: String) {
    #expect(find("b.example", in: text) == nil)
  }
}
