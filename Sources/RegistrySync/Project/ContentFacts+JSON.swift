import Audit
import Formats
import ObjectStore
import RegistryModel

/// How a registry's state records what was found out about the files of a snapshot (docs/FORMATS.md).
extension ContentFacts {
  /// The JSON of the facts, with the version of the rules by which they were found.
  var json: JSONValue {
    let lists = ContentClass.allCases.filter { $0 != .text }.map { contentClass in
      let paths = classes.filter { $0.value == contentClass }.map(\.key).sorted()
      return (contentClass.rawValue, JSONValue.array(paths.map { .string($0.description) }))
    }
    return .object([
      ("version", .number(ContentClass.version)), ("tree", .string(tree.description)),
      ("classes", .object(lists)), ("audit", audit?.json ?? .null),
    ])
  }

  /// Reads facts; nil where they are of another version, or anything in them is not what it should be.
  init?(json: JSONValue) {
    guard json.find("version")?.wholeNumber == ContentClass.version,
      let tree = json.find("tree")?.text.flatMap({ ObjectID(hex: $0) }),
      case .object(let lists) = json.find("classes")?.content, let audit = json.find("audit")
    else { return nil }
    var classes: [TreePath: ContentClass] = [:]
    for list in lists {
      guard let contentClass = ContentClass(rawValue: list.name), case .array(let paths) = list.value.content
      else { return nil }
      for path in paths {
        guard let path = path.treePath else { return nil }
        classes[path] = contentClass
      }
    }
    var found: ContentFacts.Audit?
    if case .null = audit.content {
    } else {
      guard let read = ContentFacts.Audit(json: audit) else { return nil }
      found = read
    }
    self.init(tree: tree, classes: classes, audit: found)
  }
}

extension ContentFacts.Audit {
  fileprivate var json: JSONValue {
    let files = quarantine.files.sorted { $0.key < $1.key }.map { path, cause in
      JSONValue.object([
        ("path", .string(path.description)), ("plugin", .string(orNull: cause.plugin?.description)),
        ("rule", .string(cause.finding.rule.rawValue)), ("file", .string(cause.finding.path.description)),
        ("object", .string(cause.finding.object.description)),
        ("line", .number(cause.finding.position.line)), ("column", .number(cause.finding.position.column)),
      ])
    }
    return .object([("stamp", .string(stamp.description)), ("quarantined", .array(files))])
  }

  fileprivate init?(json: JSONValue) {
    guard let stamp = json.find("stamp")?.text.flatMap({ ObjectID(hex: $0) }),
      case .array(let items) = json.find("quarantined")?.content
    else { return nil }
    var files: [TreePath: QuarantineCause] = [:]
    for item in items {
      guard let path = item.find("path")?.treePath, let finding = Self.finding(item),
        let plugin = item.find("plugin")
      else { return nil }
      // try?: a slug that is none makes the whole record one that is not ours.
      let slug = plugin.text.flatMap { try? PluginSlug(parsing: $0) }
      guard (plugin.text == nil) == (slug == nil) else { return nil }
      files[path] = QuarantineCause(finding: finding, plugin: slug)
    }
    self.init(stamp: stamp, quarantine: Quarantine(files: files))
  }

  private static func finding(_ json: JSONValue) -> CriticalFinding? {
    guard let rule = json.find("rule")?.text.flatMap({ AuditRule(rawValue: $0) }),
      let path = json.find("file")?.treePath,
      let object = json.find("object")?.text.flatMap({ ObjectID(hex: $0) }),
      let line = json.find("line")?.wholeNumber, let column = json.find("column")?.wholeNumber
    else { return nil }
    return CriticalFinding(
      rule: rule,
      path: path,
      object: object,
      position: TextPosition(line: line, column: column)
    )
  }
}

extension JSONValue {
  /// The path that a string is; nil for anything else.
  var treePath: TreePath? {
    // try?: a path that no tree has makes the record one that is not ours.
    text.flatMap { try? TreePath($0) }
  }

  /// The whole number that fits into 32 bits; nil for anything else.
  var wholeNumber: Int? {
    guard case .number(let number) = content, number.rounded() == number, abs(number) <= 4_294_967_295
    else { return nil }
    return Int(number)
  }
}
