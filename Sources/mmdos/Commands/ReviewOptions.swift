import ArgumentParser
import RegistryModel

/// The reviewed snapshot and the overrides: options of every command that accepts a manifest.
struct ReviewOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Take only the manifest whose id begins so; 32 digits or more.", valueName: "id")
  )
  var expect: String?
  @Flag(
    name: .customLong(TrustOverride.allowRollback.option),
    help: "Accept a version or date that is older than what was seen."
  )
  var allowsRollback = false
  @Flag(
    name: .customLong(TrustOverride.acceptUnsigned.option),
    help: "Accept that a signed registry is not signed any more."
  )
  var acceptsUnsigned = false
  @Flag(
    name: .customLong(TrustOverride.acceptNewKey.option),
    help: "Accept that other keys sign than before."
  )
  var acceptsNewKey = false

  var overrides: Set<TrustOverride> {
    Set(
      [
        (allowsRollback, TrustOverride.allowRollback), (acceptsUnsigned, .acceptUnsigned),
        (acceptsNewKey, .acceptNewKey),
      ]
      .filter(\.0).map(\.1)
    )
  }

  /// The options as typed, for the next command that is suggested.
  var words: [String] { (expect.map { ["--expect", $0] } ?? []) + overrides.map(\.flag).sorted() }

  func validate() throws { try Self.validate(expect) }

  /// Refuses what is not the beginning of an id.
  static func validate(_ expect: String?) throws {
    guard let expect else { return }
    let isPrefix =
      (32...64).contains(expect.utf8.count)
      && expect.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    guard isPrefix else { throw ValidationError("--expect takes 32 to 64 lower-case hex digits") }
  }
}

extension TrustOverride {
  /// The option by which the user accepts it, without its hyphens.
  fileprivate var option: String {
    switch self {
    case .allowRollback: "allow-rollback"
    case .acceptUnsigned: "accept-unsigned"
    case .acceptNewKey: "accept-new-key"
    }
  }

  /// The option as it is typed.
  var flag: String { "--\(option)" }
}
