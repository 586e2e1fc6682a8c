import Audit
import RegistryModel
import RegistrySync

// The words for the content audit.
extension Failure {
  init(audit refusal: AuditRefusal, of name: RegistryName) {
    let count = "\(Quantity.count(refusal.count, "critical finding"))"
    self.init(
      ExitCodes.policy,
      "audit",
      "'\(name)' is refused by the content audit: \(count), the first in \(refusal.first.place): \(refusal.first.words)",
      hint:
        "mmdos registry audit \(name) --manifest \(refusal.manifest) shows all; what was reviewed and is right, "
        + "mmdos registry audit accept \(refusal.first.rule.rawValue) \(ShellWord.quote(refusal.first.path)) "
        + "\(name) --manifest \(refusal.manifest) accepts"
    )
  }
}

extension AuditFinding {
  /// File, line and column, as compilers print them.
  var place: String { "\(path):\(position)" }

  /// The rule and what exactly was found; may hold outside text.
  var words: String { "\(rule.rawValue): \(rule.title) (\(detail))" }
}
