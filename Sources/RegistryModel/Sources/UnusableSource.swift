package import Formats

/// An entry of `sources.yaml` that mmdos does not use, with the reason.
///
/// It is listed and can be removed or corrected. It never stands for a registry, so the other entries go on working.
package struct UnusableSource: Equatable, Sendable {
  /// The name as written, or the place in the list (`#2`) where the entry has none.
  package let label: String
  /// The type as written, if it is a text.
  package let typeName: String?
  /// The address as written, if it is a text without anything that may be a secret.
  package let url: String?
  /// Whether the entry says `enabled: false`.
  package let isDisabled: Bool
  /// What is wrong, and where in the file.
  package let problem: TextProblem

  /// Describes an entry by what can be read of it; `place` counts from 0.
  init(_ node: YAMLNode, place: Int, name: String?, because problem: TextProblem) {
    let members: [YAMLMember] = if case .mapping(let members) = node.content { members } else { [] }
    func text(_ key: String) -> String? {
      guard let value = members.first(where: { $0.key == key })?.value, case .scalar(let text) = value.content
      else { return nil }
      return text
    }
    let written = name ?? text("name") ?? ""
    label = written.isEmpty ? "#\(place + 1)" : written
    typeName = text("type")
    url = text("url").flatMap { $0.mayHoldSecret ? nil : $0 }
    isDisabled = text("enabled") == "false"
    self.problem = problem
  }
}
