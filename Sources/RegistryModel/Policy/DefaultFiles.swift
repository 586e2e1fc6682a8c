/// The files that `mmdos registry init` writes: every key is explained, and remote work is off.
package enum DefaultFiles {
  /// `.ai/policies/registry-policy.yaml`: every key with its default value and one line of explanation.
  package static var policy: String {
    let defaults = Policy()
    let head = """
      # What mmdos may do in this project. A key that is missing has the value shown here.
      # Remote work is off until allow_remote_registries is true.

      """
    let sections: [(title: String, keys: [PolicyKey])] = [
      ("Remote work", PolicyKey.remote), ("Proof", PolicyKey.proof), ("Files and plugins", PolicyKey.files),
      ("Sizes", PolicyKey.sizes), ("Network", PolicyKey.network), ("History", PolicyKey.history),
    ]
    return sections.reduce(into: head) { text, section in
      text += "\n# --- \(section.title) ---\n"
      for key in section.keys {
        text += "\n# \(key.meaning)\n"
        text += key.text(defaults).map { "\(key.name): \($0)\n" } ?? "# \(key.name): \(key.sample)\n"
      }
    }
  }

  /// `.ai/registries/sources.yaml`: only the bundled source, which is also the default without the file.
  package static let sources = """
    # Where plugins come from. mmdos registry add and remove change this file and keep your comments.

    sources:
      - name: "bundled"
        type: "local"
        url: ".ai/plugins/catalog.yaml"
        enabled: true
        trust_level: "trusted"
        safety_policy: "sandboxed"
        signature_required: false
        checksum_required: true

    """

  /// `.ai/registries/trusted-keys.yaml`: no publisher is trusted.
  package static let trustedKeys = """
    # Publishers whose signatures count. mmdos registry trust add, remove and revoke change this file.

    trusted_publishers: []

    """
}
