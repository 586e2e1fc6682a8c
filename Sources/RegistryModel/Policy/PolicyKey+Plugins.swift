import Formats

// The keys that say where plugins are installed to.
extension PolicyKey {
  /// A list of folders; one that no plugin could be installed to would allow nothing.
  static func roots(_ name: String, _ field: Field<[String]>, _ meaning: String) -> Self {
    let list = Self.list(name, field, of: .relativePath, meaning)
    return Self(
      name,
      meaning,
      read: { node, policy throws(TextProblem) in
        try list.read(node, &policy)
        for item in try node.items(for: name) {
          let text = try item.string(for: name)
          guard !PluginAssetRules.mayWrite(below: WriteRoot.names(text)) else { continue }
          let rule = TextProblem.ValueRule.refused(ValueProblem(WriteRootProblem.neverWritten))
          throw TextProblem(.invalidValue(key: name, value: text, rule: rule), at: item.position)
        }
      },
      text: list.text
    )
  }

  static func targets(_ name: String, _ meaning: String) -> Self {
    Self(
      name,
      meaning,
      read: { node, policy throws(TextProblem) in
        var targets: [InstallTarget] = []
        for item in try node.items(for: name) {
          let text = try item.string(for: name)
          guard let target = InstallTarget(rawValue: text) else {
            let rule = TextProblem.ValueRule.oneOf(InstallTarget.allCases.map(\.rawValue))
            throw TextProblem(.invalidValue(key: name, value: text, rule: rule), at: item.position)
          }
          targets.append(target)
        }
        policy.installTargets = InstallTarget.sorted(targets)
      },
      text: { "[\($0.installTargets.map(\.rawValue).joined(separator: ", "))]" }
    )
  }
}

/// A folder of `allowed_write_roots`.
package enum WriteRoot {
  /// The names of the folder, from the project root; `.` and trailing slashes are ignored.
  package static func names(_ root: String) -> [String] {
    root.split(separator: "/").map(String.init).filter { $0 != "." }
  }
}

/// Why a folder of `allowed_write_roots` is refused.
package enum WriteRootProblem: Error, Equatable, Sendable {
  /// No plugin is installed to it, whatever its manifest says.
  case neverWritten
}
