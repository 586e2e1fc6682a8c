import Testing

@testable import Fetch
@testable import RegistryModel

@Suite struct ProxySettingsTests {
  private func choose(_ text: String, _ environment: [String: String]) throws -> ProxySettings.Choice {
    try ProxySettings.choose(
      for: RequestURL(parsing: text, allowHTTPLocalhost: true),
      environment: environment
    )
  }

  @Test(arguments: ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
  func variablesAreHonoured(name: String) throws {
    let choice = try choose("https://registry.example/a", [name: "http://proxy.example:3128"])
    #expect(choice == .http(host: "proxy.example", port: 3128, credentials: nil))
  }

  @Test func lowerCaseAndSpecificWin() throws {
    let environment = ["https_proxy": "a", "HTTPS_PROXY": "b", "all_proxy": "c", "http_proxy": "d"]
    #expect(
      try choose("https://registry.example/a", environment) == .http(host: "a", port: 80, credentials: nil)
    )
    #expect(try choose("https://registry.example/a", ["http_proxy": "d"]) == .direct)
    #expect(
      try choose("https://registry.example/a", ["https_proxy": "", "ALL_PROXY": "c"])
        == .http(host: "c", port: 80, credentials: nil)
    )
  }

  @Test(arguments: ["http://localhost:1/a", "https://localhost/a", "https://127.0.0.1/a", "https://[::1]/a"])
  func loopbackIsDirect(url: String) throws {
    #expect(try choose(url, ["https_proxy": "proxy.example", "http_proxy": "proxy.example"]) == .direct)
  }

  @Test(
    arguments: [
      "*", "registry.example", "example", ".example", "other,registry.example", "registry.example:443",
      " x , registry.example ", "REGISTRY.example", "*.example", "x\tregistry.example",
    ])
  func exceptionsAreDirect(list: String) throws {
    #expect(
      try choose("https://registry.example/a", ["https_proxy": "proxy.example", "no_proxy": list]) == .direct
    )
    #expect(
      try choose("https://registry.example/a", ["https_proxy": "proxy.example", "NO_PROXY": list]) == .direct
    )
  }

  @Test(arguments: [
    "", "registry", "xregistry.example", "ample", "registry.example:80", "a.registry.example",
    "registry.example.org", "*.registry", "192.0.2.0/24", "*example",
  ])
  func otherExceptionsDoNotApply(list: String) throws {
    #expect(
      try choose("https://registry.example/a", ["https_proxy": "proxy.example", "no_proxy": list]) != .direct
    )
  }

  @Test(
    arguments: [
      ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.0/24", true),
      ("192.0.2.1", "192.0.2.1/32", true),
      ("192.0.2.1", "192.0.3.0/24", false), ("192.0.2.129", "192.0.2.128/25", true),
      ("192.0.2.1", "192.0.2.128/25", false), ("192.0.2.1", "0.0.0.0/0", true),
      ("192.0.2.1", "192.0.2.0/33", false),
      ("192.0.2.1", "192.0.2.0/-1", false), ("192.0.2.1", "192.0.2.0/", false), ("192.0.2.1", ".2.1", false),
      ("[2001:db8::1]", "2001:db8::/32", true), ("[2001:db8::1]", "[2001:db8:0::1]", true),
      ("[2001:db8::1]", "fd00::/8", false), ("192.0.2.1", "*", true),
    ])
  func addressesAndRangesAreExceptions(host: String, list: String, isDirect: Bool) throws {
    let choice = try choose("https://\(host)/a", ["https_proxy": "proxy.example", "no_proxy": list])
    #expect((choice == .direct) == isDirect)
  }

  @Test(
    arguments: [
      ("proxy.example", ProxySettings.Choice.http(host: "proxy.example", port: 80, credentials: nil)),
      ("http://proxy.example:1/", .http(host: "proxy.example", port: 1, credentials: nil)),
      ("http://u:p@proxy.example:1", .http(host: "proxy.example", port: 1, credentials: "u:p")),
      ("http://u%40x:p%3A%2F@proxy.example", .http(host: "proxy.example", port: 80, credentials: "u@x:p:/")),
      ("http://[2001:db8::1]:3128", .http(host: "2001:db8::1", port: 3128, credentials: nil)),
      ("socks5://proxy.example", .socks5(host: "proxy.example", port: 1080)),
      ("socks5h://127.0.0.1:9050", .socks5(host: "127.0.0.1", port: 9050)),
    ])
  func settingsAreRead(text: String, choice: ProxySettings.Choice) {
    #expect(ProxySettings.parse(text) == choice)
  }

  @Test(
    arguments: [
      "https://proxy.example", "ftp://proxy.example", "http://", "http://proxy.example:0",
      "http://proxy.example:99999",
      "http://proxy.example:x", "http://proxy.example/path", "http://u@proxy.example",
      "http://u%zz:p@proxy.example",
      "socks5://u:p@proxy.example", "http://a b", "http://proxy.example\r\nX: 1",
    ])
  func senselessSettingIsAnError(text: String) throws {
    #expect(ProxySettings.parse(text) == nil)
    let url = try RequestURL(parsing: "https://registry.example/a", allowHTTPLocalhost: false)
    #expect(throws: FetchError.proxy(url: url, cause: .invalidSetting(variable: "ALL_PROXY"))) {
      try ProxySettings.choose(for: url, environment: ["ALL_PROXY": text])
    }
  }
}
