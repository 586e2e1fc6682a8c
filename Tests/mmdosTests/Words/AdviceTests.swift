import RegistryModel
import RegistrySync
import Testing

@testable import mmdos

/// What weakens a guard is advised only where nothing but the user's own setting, or the publisher's word, stands
/// behind the refusal.
@Suite struct AdviceTests {
  /// All that would take what is refused, or put it back.
  private static let words = [
    "--accept-unsigned", "--accept-new-key", "--allow-rollback", "--repair", "--force",
    "allow_unsigned_remote", "allow_unsigned_local", "allow_unsigned_bundled", "signature_threshold",
    "require_signature", "signature_required", "require_trusted_publisher", "min_release_age",
    "max_manifest_age",
  ]

  private func named(_ failure: Failure) -> Set<String> {
    let text = failure.message + " " + (failure.hint ?? "")
    return Set(Self.words.filter(text.contains))
  }

  /// The words that a refusal may name.
  private static func allowed(_ refusal: TrustRefusal) -> Set<String> {
    switch refusal {
    case .signatureStripped: ["--accept-unsigned"]
    case .signerChanged: ["--accept-new-key"]
    case .rollback, .fromTheFuture: ["--allow-rollback"]
    case .unsigned(let setting): [setting.rawValue]
    case .signatureRequired(let bySource): [bySource ? "signature_required" : "require_signature"]
    case .trustedPublisherRequired: ["require_trusted_publisher"]
    case .thresholdNotMet: ["signature_threshold"]
    case .tooYoung: ["min_release_age"]
    case .tooOld: ["max_manifest_age"]
    case .notCounting, .badSignature, .otherRegistry, .sameVersionOtherContent, .notAsPublished, .expired: []
    }
  }

  @Test func refusalNamesWhatBelongsToItAlone() throws {
    for refusal in try WordsTests.refusals() {
      let failure = Failure(ReadingError.untrusted(try RegistryName(parsing: "web"), refusal))
      #expect(named(failure) == Self.allowed(refusal), "\(failure)")
    }
  }

  /// A signature that does not count is the cause, whatever else would let the manifest in.
  @Test(arguments: [
    SignatureResult.Reason.revoked, .disabled, .unknownKey, .algorithmOfAnotherKey(.ed25519), .outOfScope,
    .notASigner, .noProjectKey, .fieldsTooNarrow(missing: ["files_hashes"]),
  ])
  func signatureThatDoesNotCountNamesNoWayAround(_ reason: SignatureResult.Reason) throws {
    let ignored = [TrustRefusal.IgnoredSignature(keyID: "acme", algorithm: .ed25519, reason: reason)]
    for refusal in try WordsTests.refusals() where Self.isExplained(refusal) {
      let failure = Failure(
        ReadingError.untrusted(try RegistryName(parsing: "web"), .notCounting(ignored, refusal))
      )
      #expect(named(failure).isEmpty, "\(failure)")
    }
  }

  private static func isExplained(_ refusal: TrustRefusal) -> Bool {
    switch refusal {
    case .signatureStripped, .signerChanged, .thresholdNotMet, .unsigned, .signatureRequired,
      .trustedPublisherRequired:
      true
    default: false
    }
  }

  /// What nobody believes is synced again, and not repaired or let in.
  @Test func disbeliefAdvisesASync() throws {
    let name = try RegistryName(parsing: "web")
    let vouchers: [BeliefQuestion.Voucher] = [.wrong, .missing, .outdated, .otherAddress, .noKey]
    let verdicts: [BeliefQuestion.Verdict] = [.unsigned, .unreadable, .unremembered]
    for voucher in vouchers {
      for verdict in verdicts {
        let question = BeliefQuestion(lock: .absent, voucher: voucher, verdict: verdict)
        let disbelief = try #require(Belief.judge(question).disbelief)
        let failure = Failure(ReadingError.unbelieved(name, FailureTests.id, disbelief))
        #expect(named(failure).isEmpty, "\(failure)")
        #expect(failure.hint?.contains("mmdos registry sync web --approved") == true, "\(failure)")
      }
    }
  }

  /// Errors of all other kinds name none of the overrides of trust.
  @Test func otherErrorsNameNoOverride() throws {
    var errors: [any Error] = try FailureTests.projectErrors()
    errors += try FailureTests.syncErrors() as [any Error]
    errors += try FailureTests.trustStoreProblems() as [any Error]
    errors += try FailureTests.fetchErrors() as [any Error]
    errors += FailureTests.bundleErrors() as [any Error]
    for error in errors {
      let overrides = ["--accept-unsigned", "--accept-new-key", "--allow-rollback", "allow_unsigned_remote"]
      #expect(named(Failure(error)).isDisjoint(with: overrides), "\(Failure(error))")
    }
  }
}
