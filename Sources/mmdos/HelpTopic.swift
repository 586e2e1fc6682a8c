import ArgumentParser
import Formats

/// A page of `mmdos help` that is about no single command.
enum HelpTopic: String, CaseIterable {
  case policy, trust, revisions
  case exitCodes = "exit-codes"

  /// What the page says; its lines are broken where they are printed.
  var text: String {
    switch self {
    case .policy: Self.policyText
    case .trust: Self.trustText
    case .revisions: Self.revisionsText
    case .exitCodes: Self.exitCodesText
    }
  }

  /// One line on what the page is about.
  var summary: String {
    switch self {
    case .policy: "what .ai/policies/registry-policy.yaml decides"
    case .trust: "whose signatures count, and what is remembered"
    case .revisions: "how to name a snapshot"
    case .exitCodes: "what the exit codes mean"
    }
  }

  /// The page whose name is most like a mistyped word.
  static func nearest(to word: String) -> String? {
    NearestName.find(word, in: allCases.map(\.rawValue)).map { "mmdos help \($0)" }
  }

  /// Prints the page.
  ///
  /// - Throws: `ExitCode` where it cannot be written.
  func print() throws { try HelpText(text).print() }

  private static let policyText = """
    The policy, .ai/policies/registry-policy.yaml, says what a project takes. 'mmdos init --approved' writes it with \
    every key, its default and a comment.

      allow_remote_registries   whether the network may be used at all
      allow_unsigned_remote     whether a registry without a signature is taken
      signature_threshold       how many trusted keys must have signed
      allowed_file_extensions   which files the view has; others are withheld
      audit                     off, warn, quarantine or deny: what the content audit's critical findings lead to
      max_registry_file_size_kb, max_registry_files and others   limits of what a publisher may make you store

    A mistake in it is an error with its line; nothing is taken meanwhile. What your own configuration says under \
    at_least, a policy cannot lower.

    See also: mmdos help trust; docs/policy.md
    """

  private static let trustText = """
    A registry is taken if its manifest is signed by keys that you trust.

      mmdos registry trust list                       the keys
      mmdos registry trust add KEY-ID --file FILE --name NAME --approved   trust a publisher's key
      mmdos registry trust revoke KEY-ID --approved   never again, whoever asks

    The first sync pins the keys that signed; later ones must be signed by them. An older version, other content under \
    the same version, and a version that was not reviewed (--expect ID) are refused. What was accepted stands in \
    .ai/registry-lock.json, which is committed; 'sync --locked' takes exactly that.

    What lies in the cache proves nothing by itself: every object is hashed when it is read, and whatever says which \
    snapshot is in use counts only if the lockfile, a signature or this machine's own key stands for it.

    See also: mmdos help policy; docs/trust.md, docs/security.md
    """

  private static let revisionsText = """
    A revision names a snapshot of one registry.

      latest       the newest that was synced
      current      the one in use
      v1.2.0       the newest of that version
      3f9a0c7e     the one whose id begins so; at least 4 digits
      ~2           two before the one in use; latest~2 two before the newest
      @{1}         what was in use before the last change

    'mmdos registry log' lists snapshots, 'mmdos registry reflog' what was in use. Where a registry is named too it is \
    NAME@REVISION; '@REVISION' is that of the only registry.

      mmdos registry diff partner v1.0.0 latest
      mmdos registry cat partner@~1 catalog.yaml
      mmdos registry checkout partner v1.0.0 --approved
    """

  private static let exitCodesText = """
      0     done; what a command wrote is durable
      1     another failure: a file with a mistake, a full disk
      2     approval needed; nothing was changed
      3     integrity failure, or not what was expected
      4     refused by the policy, your own configuration, or a fixed rule
      5     network
      6     no such thing: project, registry, revision, file
      7     busy: another mmdos holds a lock
      64    wrong usage
      130   interrupted (SIGINT); 143 ended (SIGTERM); what was proven is kept

    With --json a failure is a document on standard error with code, kind, message and hint.
    """
}

/// What `mmdos help WORDS` asks for.
enum HelpRequest {
  /// A page about no single command.
  case topic(HelpTopic)
  /// Words that are neither a page nor a command.
  case unknown(CommandWords.Stranger)

  /// Nil where the parser's own help answers.
  init?(_ arguments: [String]) {
    guard arguments.first == "help" else { return nil }
    let words = arguments.dropFirst().filter { !$0.hasPrefix("-") }
    if words.count == 1, let topic = words.first.flatMap(HelpTopic.init(rawValue:)) {
      self = .topic(topic)
      return
    }
    var walk = CommandWalk()
    for word in words where !(walk.isBeforeHelp(word)) {
      guard !walk.enter(word) else { continue }
      let nearest = walk.nearest(to: word) ?? HelpTopic.nearest(to: word)
      self = .unknown(CommandWords.Stranger(word: word, group: walk.path, nearest: nearest))
      return
    }
    return nil
  }
}
