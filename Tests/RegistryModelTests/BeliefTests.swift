import ObjectStore
import Testing

@testable import RegistryModel

/// The table of DESIGN section 8a: every combination of what the lockfile, the hints and the signatures say.
@Suite struct BeliefTests {
  private static let hint = BeliefHint(.reflog, isHistoryOwn: false)
  private static let verdict = TrustVerdict(trust: .verified, signers: [], notes: [])

  private static let locks: [BeliefQuestion.Lock] = [
    .agrees, .absent, .differs(field: "tree"), .forged(field: "entry_hmac"), .unauthenticated,
    .unasked,
  ]
  private static let vouchers: [BeliefQuestion.Voucher] = [
    .right(hint), .wrong, .missing, .outdated, .otherAddress, .noKey,
  ]
  private static let verdicts: [BeliefQuestion.Verdict] = [
    .verified(verdict), .unsigned, .refused(.unsigned(.remote)), .unreadable, .unremembered, .unasked,
  ]

  @Test func oneOfThreeHasToHoldAndTheFirstIsTheReason() {
    var refused = 0
    for lock in Self.locks {
      for voucher in Self.vouchers {
        for verdict in Self.verdicts {
          let belief = Belief.judge(BeliefQuestion(lock: lock, voucher: voucher, verdict: verdict))
          switch (lock, voucher, verdict) {
          case (_, .right(let hint), _): #expect(belief == .vouched(hint))
          case (.agrees, _, _): #expect(belief == .locked)
          case (_, _, .verified(let verdict)): #expect(belief == .verified(verdict))
          default:
            refused += 1
            #expect(belief.disbelief?.lock == lock)
            #expect(belief.disbelief?.voucher == voucher)
            #expect(belief.disbelief?.verdict == verdict)
          }
        }
      }
    }
    #expect(refused == 5 * 5 * 5)
  }

  @Test func onlyAHintOfThisMachineSpeaksForTheHistory() {
    for lock in Self.locks {
      func isOwn(_ voucher: BeliefQuestion.Voucher) -> Bool {
        let verdict = BeliefQuestion.Verdict.verified(Self.verdict)
        return Belief.judge(BeliefQuestion(lock: lock, voucher: voucher, verdict: verdict)).isHistoryOwn
      }
      #expect(isOwn(.right(BeliefHint(.state, isHistoryOwn: true))))
      #expect(!isOwn(.right(BeliefHint(.state, isHistoryOwn: false))))
      #expect(!isOwn(.missing))
    }
  }

  // MARK: The lock entry

  private static let codes: [LockfileAuthentication] = [.valid, .mismatch, .notChecked, .missing]

  @Test func entryCountsOnlyWithRightCodesAndWhereItIsAboutTheSnapshot() throws {
    let entry = LockEntry(
      name: try RegistryName(parsing: "acme"),
      url: "https://registry.example/catalog.yaml",
      syncedAt: try WrittenTime(parsing: "2026-01-16T07:30:00Z"),
      catalog: ObjectID(hashing: [1]),
      manifest: ObjectID(hashing: [2])
    )
    for signature in Self.codes {
      for hmac in Self.codes {
        let codes = (signature: signature, hmac: hmac)
        #expect(BeliefQuestion.Lock(nil, mismatch: nil, codes: codes) == .absent)
        let same = BeliefQuestion.Lock(entry, mismatch: nil, codes: codes)
        let other = BeliefQuestion.Lock(entry, mismatch: "tree", codes: codes)
        if signature == .mismatch || hmac == .mismatch {
          let field = signature == .mismatch ? "signature" : "entry_hmac"
          #expect(same == .forged(field: field))
          #expect(other == .forged(field: field))
        } else {
          #expect(other == .differs(field: "tree"))
          #expect(same == (hmac == .missing || signature == .missing ? .unauthenticated : .agrees))
        }
      }
    }
  }
}
