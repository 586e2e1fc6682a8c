// The content audit: what a reviewer cannot see in a text, or an agent should not meet unreviewed (DESIGN
// section 5, `audit`; docs/audit.md).
//
// Pure rules: they take bytes and a path, and return findings. They use no file, store, policy default or terminal.
// Every rule takes time linear in the text, and keeps a limited number of findings for each file.

/// The weight of a finding, which decides what a policy does with it.
package enum AuditSeverity: String, CaseIterable, Comparable, Sendable {
  case note
  /// A person should look at it.
  case warning
  /// Refused where the policy says `audit: deny`.
  case critical

  /// Orders from harmless to bad.
  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .note: 0
    case .warning: 1
    case .critical: 2
    }
  }
}

/// One rule of the content audit; the raw value is its id, which policies and reports name.
package enum AuditRule: String, CaseIterable, Hashable, Sendable {
  case notUTF8 = "not-utf8"
  case bidiControl = "bidi-control"
  case tagCharacter = "tag-character"
  case zeroWidth = "zero-width"
  case invisibleRun = "invisible-run"
  case invisibleCharacter = "invisible-character"
  case escapedInvisible = "escaped-invisible"
  case controlCharacter = "control-character"
  case hiddenText = "hidden-text"
  case longLine = "long-line"
  case linkHost = "link-host"
  case dataURL = "data-url"
  case base64Blob = "base64-blob"
  case downloadToShell = "download-to-shell"
  case credentialAccess = "credential-access"
  case credentialVariable = "credential-variable"
  case environmentUpload = "environment-upload"
  case encodedCommand = "encoded-command"
  case remotePackage = "remote-package"
  case lookalikeSlug = "lookalike-slug"

  /// Incremented when the rules change what they find, so that files that were clean are audited again.
  package static let version = 5

  /// Names of rules that were merged into another rule; policies with these names still work.
  private static let retired: [String: AuditRule] = ["html-comment": .hiddenText]

  /// The rule of a name in a policy, which may be a current or a retired name.
  package init?(named name: String) {
    guard let rule = AuditRule(rawValue: name) ?? Self.retired[name] else { return nil }
    self = rule
  }

  package var severity: AuditSeverity {
    switch self {
    case .notUTF8, .bidiControl, .tagCharacter, .zeroWidth, .invisibleRun, .controlCharacter,
      .downloadToShell, .credentialAccess, .environmentUpload, .encodedCommand, .lookalikeSlug:
      .critical
    case .invisibleCharacter, .escapedInvisible, .hiddenText, .linkHost, .dataURL, .base64Blob,
      .credentialVariable, .remotePackage:
      .warning
    case .longLine: .note
    }
  }

  /// What the rule finds, in a few words: lower case, no full stop.
  package var title: String {
    switch self {
    case .notUTF8: "bytes that are not UTF-8"
    case .bidiControl: "bidirectional override, embedding or isolate"
    case .tagCharacter: "tag characters"
    case .zeroWidth: "zero-width character"
    case .invisibleRun: "several invisible characters in a row"
    case .invisibleCharacter: "other invisible character"
    case .escapedInvisible: "escape that stands for an invisible character"
    case .controlCharacter: "control character"
    case .hiddenText: "text that a rendered page does not show"
    case .longLine: "very long line in Markdown"
    case .linkHost: "link whose text names another host"
    case .dataURL: "data: URL"
    case .base64Blob: "long base64 text"
    case .downloadToShell: "download that is run unseen"
    case .credentialAccess: "step that reads or sends credentials"
    case .credentialVariable: "step that uses a secret variable"
    case .environmentUpload: "environment sent to the network"
    case .encodedCommand: "encoded text that is run"
    case .remotePackage: "package that is installed from an address"
    case .lookalikeSlug: "slug that looks like another plugin's"
    }
  }

  /// Why a finding matters: one sentence, lower case, no full stop.
  package var why: String {
    switch self {
    case .notUTF8: "what cannot be decoded cannot be reviewed, and programs disagree about what it says"
    case .bidiControl: "it reorders the text around it, so a reviewer reads something else than an agent does"
    case .tagCharacter: "it is shown as nothing and read by language models as plain letters"
    case .zeroWidth:
      "it is shown as nothing; it splits words that filters look for, and can carry hidden text"
    case .invisibleRun: "several in a row are how text is hidden in text: each stands for some bits of it"
    case .invisibleCharacter: "it is shown as nothing, so two texts that look alike can differ"
    case .escapedInvisible: "a program that decodes it has an invisible character that no reviewer saw"
    case .controlCharacter: "it can command the terminal that shows it: hide lines, change text, set titles"
    case .hiddenText: "who reviews the rendered page does not see it, and agents read it all the same"
    case .longLine: "its end is out of sight in most editors and reviews"
    case .linkHost: "who reads the text expects one host and is led to another"
    case .dataURL: "it carries content of its own that is not shown as text"
    case .base64Blob: "what it says is unreadable until it is decoded"
    case .downloadToShell: "it runs what a server sends at that moment; nobody has reviewed that"
    case .credentialAccess: "keys and passwords of the user are within its reach"
    case .credentialVariable: "it handles a secret of the environment; where it goes should be looked at"
    case .environmentUpload: "the environment holds tokens and passwords, and they would leave the machine"
    case .encodedCommand: "what it does cannot be read where it stands"
    case .remotePackage: "it runs what the address serves at that moment; no registry's checks apply to it"
    case .lookalikeSlug: "the one may be installed where the other was meant"
    }
  }
}
