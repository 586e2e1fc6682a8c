import Foundation
import SystemPackage
import TestSupport
import Testing

extension SampleProject {
  /// A project with this policy and the pair `acme` beside it.
  static func withPair(_ name: String = #function, policy: String = "") async throws -> SampleProject {
    let project = try SampleProject(emptyNamed: name)
    try project.scratch.write("project/.ai/policies/registry-policy.yaml", text: policy)
    try await project.makePair("acme")
    return project
  }

  /// The fingerprint of a trusted key.
  func fingerprint(_ keyID: String) async throws -> String {
    let key = try await expect(0, "registry", "trust", "show", keyID, "--json").object()
    return try #require(key["fingerprint"] as? String)
  }

  /// The bits of a file's mode.
  func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path.appending(path).string)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  /// Makes `NAME.key` and `NAME.pub` beside the project; gives back what keygen says.
  @discardableResult
  func makePair(_ name: String) async throws -> [String: Any] {
    let result = try await run("registry", "keygen", "--publisher", "--out", "../\(name)", "--json")
    #expect(result.exitCode == 0, "\(result.error)")
    return try result.object()
  }

  /// Trusts the pair's public half.
  func trust(_ name: String) async throws {
    try await expect(
      0,
      "registry",
      "trust",
      "add",
      name,
      "--file",
      "../\(name).pub",
      "--name",
      "Team \(name)",
      "--approved"
    )
  }

  /// Runs openssl in the scratch folder.
  func openssl(_ arguments: String...) async throws -> Program.Result {
    try await Program(path: "/usr/bin/openssl", folder: scratch.path).run(arguments)
  }

  /// The trust store's text.
  func trustStore() throws -> String {
    String(decoding: try scratch.read("project/.ai/registries/trusted-keys.yaml"), as: UTF8.self)
  }

  /// The manifest's members.
  func manifest() throws -> [String: Any] {
    let bytes = try scratch.read("registry/manifest.json")
    return try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }
}

/// The canonical payload, written once more by its rules for the values that a manifest here has.
enum ReferencePayload {
  static func make(of manifest: [String: Any], signedFields: [String]) throws -> [UInt8] {
    var members: [String: Any] = [:]
    for field in signedFields { members[field] = manifest[field] }
    #expect(members.count == signedFields.count)
    return Array(try text(members).utf8)
  }

  private static func text(_ value: Any) throws -> String {
    if let string = value as? String {
      // Only such strings: nothing in them needs an escape.
      #expect(string.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C })
      return "\"\(string)\""
    }
    let object = try #require(value as? [String: Any])
    let names = object.keys.sorted { Array($0.utf16).lexicographicallyPrecedes(Array($1.utf16)) }
    return "{" + (try names.map { "\"\($0)\":" + (try text(object[$0] ?? "")) }.joined(separator: ",")) + "}"
  }
}
