import Audit
import Formats

/// One key of the policy file, with functions to read and write it.
struct PolicyKey: Sendable {
  typealias Field<Value> = any WritableKeyPath<Policy, Value> & Sendable

  let name: String
  /// One line of explanation for the default file.
  let meaning: String
  /// Reads the key's value into a policy.
  let read: @Sendable (YAMLNode, inout Policy) throws(TextProblem) -> Void
  /// The value in the default file; nil for a key that is written as a comment.
  let text: @Sendable (Policy) -> String?
  /// What the comment shows as a value.
  var sample = "\"\""

  init(
    _ name: String,
    _ meaning: String,
    read: @escaping @Sendable (YAMLNode, inout Policy) throws(TextProblem) -> Void,
    text: @escaping @Sendable (Policy) -> String?
  ) {
    self.name = name
    self.meaning = meaning
    self.read = read
    self.text = text
  }
}

extension PolicyKey {
  /// A key whose value is one field of the policy.
  private static func value<Value>(
    _ name: String,
    _ field: Field<Value>,
    _ meaning: String,
    read: @escaping @Sendable (YAMLNode) throws(TextProblem) -> Value,
    text: @escaping @Sendable (Value) -> String?
  ) -> Self {
    Self(
      name,
      meaning,
      read: { node, policy throws(TextProblem) in policy[keyPath: field] = try read(node) },
      text: { text($0[keyPath: field]) }
    )
  }

  static func flag(_ name: String, _ field: Field<Bool>, _ meaning: String) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      try node.boolean(for: name)
    } text: {
      "\($0)"
    }
  }

  /// A key of the Node tool that must be true.
  static func always(_ name: String, _ why: TextProblem.Unsupported, _ meaning: String) -> Self {
    Self(
      name,
      meaning,
      read: { node, _ throws(TextProblem) in
        guard try !node.boolean(for: name) else { return }
        throw TextProblem(.unsupportedValue(key: name, value: "false", why: why), at: node.position)
      },
      text: { _ in "true" }
    )
  }

  static func count(_ name: String, _ field: Field<Int>, _ range: ClosedRange<Int64>, _ meaning: String)
    -> Self
  {
    value(name, field, meaning) { node throws(TextProblem) in
      Int(try integer(node, name, range))
    } text: {
      "\($0)"
    }
  }

  /// A number of bytes that the file gives in units of `unit` bytes.
  static func bytes(
    _ name: String,
    _ field: Field<Int64>,
    unit: Int64,
    _ range: ClosedRange<Int64>,
    _ meaning: String
  ) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      try integer(node, name, range) * unit
    } text: {
      "\($0 / unit)"
    }
  }

  static func optionalCount(
    _ name: String,
    _ field: Field<Int?>,
    _ range: ClosedRange<Int64>,
    _ meaning: String
  ) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      isOff(node) ? nil : Int(try integer(node, name, range))
    } text: {
      $0.map { "\($0)" } ?? "off"
    }
  }

  static func duration(
    _ name: String,
    _ field: Field<Duration>,
    _ range: ClosedRange<Duration>,
    _ meaning: String
  ) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      try time(node, name, range)
    } text: {
      DurationText.text(of: $0)
    }
  }

  static func optionalDuration(
    _ name: String,
    _ field: Field<Duration?>,
    _ range: ClosedRange<Duration>,
    _ meaning: String
  ) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      isOff(node) ? nil : try time(node, name, range)
    } text: {
      $0.map(DurationText.text) ?? "off"
    }
  }

  static func line(_ name: String, _ field: Field<String>, _ meaning: String) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      try checked(node, node.string(for: name), name, .oneLine)
    } text: {
      "\"\($0)\""
    }
  }

  static func optionalPath(_ name: String, _ field: Field<String?>, _ meaning: String) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      isOff(node) ? nil : try checked(node, node.string(for: name), name, .machinePath)
    } text: { _ in
      nil
    }
  }

  static func list(
    _ name: String,
    _ field: Field<[String]>,
    of shape: TextProblem.Shape,
    _ meaning: String
  ) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      try texts(node, name, shape)
    } text: {
      quoted($0)
    }
  }

  /// A list that is not there without the key.
  static func optionalList(
    _ name: String,
    _ field: Field<[String]?>,
    of shape: TextProblem.Shape,
    sample: String,
    _ meaning: String
  ) -> Self {
    var key = Self(
      name,
      meaning,
      read: { node, policy throws(TextProblem) in
        policy[keyPath: field] = try texts(node, name, shape)
      },
      text: { _ in nil }
    )
    key.sample = sample
    return key
  }

  private static func texts(
    _ node: YAMLNode,
    _ name: String,
    _ shape: TextProblem.Shape
  ) throws(TextProblem) -> [String] {
    var items: [String] = []
    for item in try node.items(for: name) {
      let text = try checked(item, item.string(for: name), name, shape)
      items.append(shape == .fileExtension ? text.lowercased() : text)
    }
    return items
  }

  /// A list of path patterns; one that could not be used would block nothing.
  static func patterns(_ name: String, _ field: Field<[String]>, _ meaning: String) -> Self {
    value(name, field, meaning) { node throws(TextProblem) in
      var patterns: [String] = []
      for item in try node.items(for: name) {
        let text = try checked(item, item.string(for: name), name, .relativePath)
        guard PathPattern(parsing: text) != nil else {
          throw invalid(item, text, name, .refused(ValueProblem(PathPatternProblem.namesNothing)))
        }
        patterns.append(text)
      }
      return patterns
    } text: {
      quoted($0)
    }
  }

  static func audit(_ name: String, _ meaning: String) -> Self {
    value(name, \.audit, meaning) { node throws(TextProblem) in
      let text = try node.string(for: name)
      guard let audit = Policy.Audit(rawValue: text) else {
        throw invalid(node, text, name, .oneOf(Policy.Audit.allCases.map(\.rawValue)))
      }
      return audit
    } text: {
      $0.rawValue
    }
  }

  static func exceptions(_ name: String, _ meaning: String) -> Self {
    value(name, \.auditAllow, meaning) { node throws(TextProblem) in
      var exceptions: Set<AuditException> = []
      for item in try node.items(for: name) {
        let text = try item.string(for: name)
        guard let exception = AuditException(parsing: text) else {
          throw invalid(item, text, name, .refused(ValueProblem(AuditExceptionProblem.malformed)))
        }
        exceptions.insert(exception)
      }
      return exceptions
    } text: {
      quoted($0.map(\.description).sorted())
    }
  }

  static func algorithms(_ name: String, _ meaning: String) -> Self {
    Self(
      name,
      meaning,
      read: { node, policy throws(TextProblem) in
        policy.allowedSignatureAlgorithms = []
        for item in try node.items(for: name) {
          let text = try item.string(for: name)
          if let algorithm = SignatureAlgorithm(rawValue: text) {
            policy.allowedSignatureAlgorithms.append(algorithm)
          } else if text == "gpg" {
            policy.warnings.append(.init(position: item.position, kind: .unsupportedAlgorithm(text)))
          } else {
            throw invalid(item, text, name, .oneOf(SignatureAlgorithm.allCases.map(\.rawValue)))
          }
        }
      },
      text: { "[\($0.allowedSignatureAlgorithms.map(\.rawValue).joined(separator: ", "))]" }
    )
  }

  /// A list as the default file has it.
  private static func quoted(_ items: [String]) -> String {
    "[\(items.map { "\"\($0)\"" }.joined(separator: ", "))]"
  }
}

/// Why an item of `audit_allow` is refused.
package enum AuditExceptionProblem: Error, Equatable, Sendable {
  /// It is not a rule of the content audit, `@` and an object id.
  case malformed
}
