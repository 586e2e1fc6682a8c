package import ObjectStore

/// Why a file is in the store and not in the view.
package enum WithholdingReason: Hashable, Sendable {
  /// It is code, and the policy does not have `allow_code`.
  case code
  /// It is media, and the policy does not have `allow_media`.
  case media
  /// It is a program; an earlier version let it in.
  case native
  /// The policy states `allowed_file_extensions`, and the file's is not one of them; nil where the name has none.
  case fileExtension(String?)
  /// The content audit found something.
  case quarantined(QuarantineCause)
}

/// A file that is in the store and not in the view.
package struct WithheldFile: Equatable, Sendable {
  package let file: TreeFile
  package let reason: WithholdingReason

  package init(file: TreeFile, reason: WithholdingReason) {
    self.file = file
    self.reason = reason
  }

  package var path: TreePath { file.path }
}

/// What of a snapshot's files a policy takes, and what it withholds, with the reasons (DESIGN section 5, "Withheld").
package struct Withholding: Sendable {
  /// The files that are taken, in the order in which they were given.
  package let taken: [TreeFile]
  /// The files that are withheld, in the order in which they were given.
  package let withheld: [WithheldFile]

  /// Everything is taken.
  package init(taking files: [TreeFile]) {
    (taken, withheld) = (files, [])
  }

  /// Divides the files of a snapshot.
  package init(_ files: [TreeFile], knowing facts: ContentFacts, policy: Policy) {
    let quarantine = policy.audit.withholds ? facts.audit?.quarantine ?? .none : .none
    var (taken, withheld): ([TreeFile], [WithheldFile]) = ([], [])
    for file in files {
      let found =
        Self.isNeeded(file.path.description)
        ? nil
        : policy.reason(
          toWithhold: facts.contentClass(of: file.path),
          file.path.description
        ) ?? quarantine.files[file.path].map { .quarantined($0) }
      if let found { withheld.append(WithheldFile(file: file, reason: found)) } else { taken.append(file) }
    }
    (self.taken, self.withheld) = (taken, withheld)
  }

  /// Whether there is no registry without the file.
  package static func isNeeded(_ path: String) -> Bool { ["catalog.yaml", "manifest.json"].contains(path) }
}

extension Policy {
  /// Why a file of this class and name is withheld; nil for one that is taken.
  package func reason(toWithhold contentClass: ContentClass, _ path: String) -> WithholdingReason? {
    switch contentClass {
    case .native: return .native
    case .code where !allowCode: return .code
    case .media where !allowMedia: return .media
    case .text, .code, .media: break
    }
    guard let allowed = allowedFileExtensions else { return nil }
    let found = ContentClass.fileExtension(of: path)
    guard !found.isEmpty else { return .fileExtension(nil) }
    return allowed.contains { $0.lowercased() == "." + found } ? nil : .fileExtension("." + found)
  }
}

extension Policy.Audit {
  /// Whether critical findings keep files out of views.
  package var withholds: Bool { self == .quarantine || self == .deny }
}
