import TestSupport
import Testing

@testable import Formats
@testable import RegistryModel

private func parse(_ text: String) throws(TextProblem) -> SourceList {
  try SourceList.parse(Array(text.utf8))
}

/// As `parse`, with the problem of the first entry that cannot be used as an error.
private func parseAll(_ text: String) throws(TextProblem) -> SourceList {
  let list = try parse(text)
  if let first = list.unusable.first { throw first.problem }
  return list
}

private func web(_ name: String, _ url: String, signers: [String] = []) throws -> Source {
  Source(
    name: try RegistryName(parsing: name),
    location: .web(try RegistryURL(parsing: url, allowHTTPLocalhost: true)),
    signers: signers
  )
}

private func mirror(_ url: String) throws -> RegistryURL {
  try RegistryURL(parsing: url, allowHTTPLocalhost: true)
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private let entry = "sources:\n  - name: acme\n    type: https\n    url: https://example.com/r/\n"

@Suite struct SourceListTests {
  @Test func withoutAFileThereIsTheBundledSource() throws {
    let source = try #require(SourceList.whenMissing.sources.first)
    #expect(source.name == .bundled && source.location == .bundled(".ai/plugins/catalog.yaml"))
    #expect(source.trustLevel == .trusted && source.isEnabled)
  }

  @Test(arguments: ["", "# none\n", "sources: []\n", "sources:\n"])
  func aFileWithoutEntriesIsAnEmptyList(_ file: String) throws {
    #expect(try parse(file).sources.isEmpty)
  }

  @Test func readsWhatTheNodeToolWrites() throws {
    let list = try parse(
      """
      # Registry Sources Configuration

      sources:
        - name: "bundled"
          type: "local"
          url: ".ai/plugins/catalog.yaml"
          enabled: true
          trust_level: "trusted"
          safety_policy: "sandboxed"
          signature_required: false
          checksum_required: false
        - name: "acme"
          type: "remote"
          url: "https://Example.com/r/catalog.yaml"
          enabled: false
          trust_level: "verified"
          safety_policy: "sandboxed"
          signature_required: true
          checksum_required: true
          last_synced_at: "2026-01-14T08:00:00.000Z"
          pinned_commit_or_hash: null
          signers: [key-1, key_2]
        - {name: here, type: local, url: ../folder}
      """
    )
    #expect(list.sources.count == 3)
    #expect(list.sources[0].location == .bundled(".ai/plugins/catalog.yaml"))
    let acme = list.sources[1]
    #expect(acme.location.text == "https://example.com/r/catalog.yaml" && acme.location.typeName == "https")
    #expect(!acme.isEnabled && acme.isSignatureRequired && acme.trustLevel == .trusted)
    #expect(acme.signers == ["key-1", "key_2"] && acme.pinnedTo == nil)
    #expect(acme.lastSyncedAt == "2026-01-14T08:00:00.000Z")
    #expect(list.sources[2].location == .folder("../folder"))
    #expect(list.find(try RegistryName(parsing: "acme")) == acme)
    #expect(list.find(try RegistryName(parsing: "other")) == nil)
  }

  @Test func whatIsMissingIsTheLeast() throws {
    let source = try #require(try parse(entry).sources.first)
    #expect(source.isEnabled && source.trustLevel == .untrusted && !source.isSignatureRequired)
    #expect(source.signers.isEmpty)
  }

  @Test(
    arguments: [
      ("    enable: true\n", .unknownKey("enable", nearest: "enabled")),
      ("    enabled: \"true\"\n", .wrongType(key: "enabled", expected: .boolean, found: .string)),
      (
        "    signature_required: no\n",
        .wrongType(key: "signature_required", expected: .boolean, found: .string)
      ),
      (
        "    checksum_required: false\n",
        .unsupportedValue(key: "checksum_required", value: "false", why: .withoutChecksum)
      ),
      (
        "    trust_level: full\n",
        .invalidValue(key: "trust_level", value: "full", rule: .oneOf(["trusted", "community", "untrusted"]))
      ),
      (
        "    safety_policy: none\n",
        .invalidValue(key: "safety_policy", value: "none", rule: .oneOf(["sandboxed"]))
      ),
      ("    signers: []\n", .invalidValue(key: "signers", value: "[]", rule: .notEmpty)),
      ("    signers: [a, a]\n", .invalidValue(key: "signers", value: "a", rule: .distinct)),
      ("    signers: [a b]\n", .invalidValue(key: "signers", value: "a b", rule: .shape(.keyID))),
      ("    signers: a\n", .wrongType(key: "signers", expected: .list, found: .string)),
      ("    mirrors: a\n", .wrongType(key: "mirrors", expected: .list, found: .string)),
      (
        "    mirrors: [https://m.example/r/, https://M.example/r/catalog.yaml]\n",
        .invalidValue(key: "mirrors", value: "https://M.example/r/catalog.yaml", rule: .distinct)
      ),
      (
        "    mirrors: [https://example.com/r/catalog.yaml]\n",
        .invalidValue(
          key: "mirrors",
          value: "https://example.com/r/catalog.yaml",
          rule: .refused(ValueProblem(SourceProblem.mirrorOfItself))
        )
      ),
      (
        "    mirrors: [ftp://m.example/r/]\n",
        .invalidValue(
          key: "mirrors",
          value: "ftp://m.example/r/",
          rule: .refused(ValueProblem(URLProblem.schemeNotAllowed("ftp")))
        )
      ),
      // What may be a secret is not repeated.
      (
        "    mirrors: [https://me:s3cret@m.example/r/]\n",
        .hiddenValue(key: "mirrors", rule: .refused(ValueProblem(URLProblem.userInfo)))
      ),
      (
        "    mirrors: [\((0...8).map { "https://m\($0).example/" }.joined(separator: ", "))]\n",
        .hiddenValue(
          key: "mirrors",
          rule: .refused(ValueProblem(SourceProblem.tooManyMirrors(limit: 8)))
        )
      ),
      (
        "  - {name: b, type: local, url: x, mirrors: [https://m.example/r/]}\n",
        .hiddenValue(key: "mirrors", rule: .conflicts(withKey: "type", value: "local"))
      ),
      (
        "    last_synced_at: \"a\\nb\"\n",
        .invalidValue(key: "last_synced_at", value: "a\nb", rule: .shape(.oneLine))
      ),
      ("    name: x\n", .duplicateKey("name")),
      ("  - name: ACME\n    type: local\n    url: x\n", .alreadyUsed(key: "name", value: "ACME")),
      ("  - type: local\n    url: x\n", .missingKey("name")),
      ("  - name: b\n    url: x\n", .missingKey("type")),
      ("  - name: b\n    type: local\n", .missingKey("url")),
      ("  - name: b\n    type: local\n    url: ''\n", .invalidValue(key: "url", value: "", rule: .notEmpty)),
      (
        "  - name: b\n    type: git\n    url: x\n",
        .unsupportedValue(key: "type", value: "git", why: .gitSource)
      ),
      (
        "  - name: b\n    type: ftp\n    url: x\n",
        .invalidValue(key: "type", value: "ftp", rule: .oneOf(["https", "local", "bundled"]))
      ),
      (
        "  - name: b\n    type: bundled\n    url: x\n",
        .invalidValue(key: "type", value: "bundled", rule: .conflicts(withKey: "name", value: "b"))
      ),
      (
        "  - name: bundled\n    type: https\n    url: https://example.com/\n",
        .invalidValue(key: "type", value: "https", rule: .conflicts(withKey: "name", value: "bundled"))
      ),
      ("  - b\n", .wrongType(key: "sources", expected: .map, found: .string)),
      ("other: 1\n", .unknownKey("other", nearest: nil)),
      ("source: 1\n", .unknownKey("source", nearest: "sources")),
    ] as [(String, TextProblem.Reason)]
  )
  func refusesWhatIsWrong(_ more: String, _ reason: TextProblem.Reason) {
    expectProblem(reason) { try parseAll(entry + more) }
  }

  @Test func anEntryThatIsWrongDoesNotStopTheOthers() throws {
    let list = try parse(
      entry
        + "  - name: skills\n    type: git\n    url: \"https://git.example/team/skills.git\"\n    enabled: false\n"
        + "  - type: local\n    url: ../x\n"
        + "  - name: _odd\n    type: https\n    url: https://example.com/odd/\n"
        + "  - name: ACME\n    type: local\n    url: ../y\n  - name: last\n    type: local\n    url: ../z\n"
    )
    #expect(list.sources.map(\.name.description) == ["acme", "last"])
    #expect(list.unusable.map(\.label) == ["skills", "#3", "_odd", "ACME"])
    #expect(list.unusable[0].problem.reason == .unsupportedValue(key: "type", value: "git", why: .gitSource))
    #expect(list.unusable[0].isDisabled && list.unusable[0].typeName == "git")
    #expect(list.enabledUnusable.map(\.label) == ["#3", "_odd", "ACME"])
    #expect(list.findUnusable("_odd")?.url == "https://example.com/odd/" && list.findUnusable("acme") == nil)
  }

  @Test func theMapFormIsReadLikeTheList() throws {
    let map = """
      sources:
        acme:
          type: https
          url: https://example.com/r/
          trust_level: trusted
        skills:
          type: git
          url: https://example.com/skills.git
        two: x
        other:
          name: another
          type: https
          url: https://example.com/o/
        ACME:
          type: https
          url: https://example.com/second/
        bundled: {type: local, url: .ai/plugins/catalog.yaml}
        nothing:

      """
    let list = try parse(map)
    #expect(list.sources.map(\.name.description) == ["acme", "bundled"])
    #expect(list.sources[0].trustLevel == .trusted)
    #expect(list.unusable.map(\.label) == ["skills", "two", "other", "ACME", "nothing"])
    #expect(
      list.unusable.map(\.problem.reason) == [
        .unsupportedValue(key: "type", value: "git", why: .gitSource),
        .wrongType(key: "two", expected: .map, found: .string),
        .invalidValue(key: "name", value: "another", rule: .conflicts(withKey: "sources", value: "other")),
        .alreadyUsed(key: "name", value: "ACME"),
        .missingKey("type"),
      ]
    )
    #expect(list.findUnusable("skills")?.url == "https://example.com/skills.git")
  }

  /// Comments and the lines of each entry stay; only the line of each name changes.
  @Test func aChangeWritesTheMapFormAsAList() throws {
    let map = """
      # Ours.
      sources:
        # The company's.
        acme: # first
          type: https
          url: https://example.com/r/

        wide:
            type: https
            url: https://example.com/w/
        narrow:
         type: https
         url: https://example.com/n/
        stated:
          type: https
          name: stated
          url: https://example.com/s/

      """
    let list = """
      # Ours.
      sources:
        # The company's.
        - name: "acme" # first
          type: https
          url: https://example.com/r/
          enabled: false

        -   name: "wide"
            type: https
            url: https://example.com/w/
        -
         name: "narrow"
         type: https
         url: https://example.com/n/
        -
          type: https
          name: stated
          url: https://example.com/s/

      """
    let edited = try SourceList.change("acme", [("enabled", .boolean(false))], in: Array(map.utf8))
    #expect(String(decoding: edited, as: UTF8.self) == list)
    let names = try parse(String(decoding: edited, as: UTF8.self)).sources.map(\.name.description)
    #expect(names == ["acme", "wide", "narrow", "stated"])

    let removed = try SourceList.remove("narrow", from: Array(map.utf8))
    #expect(try SourceList.parse(removed).sources.map(\.name.description) == ["acme", "wide", "stated"])
    let added = try SourceList.add(
      Source(name: RegistryName(parsing: "new"), location: .folder("new")),
      to: Array(map.utf8)
    )
    #expect(try SourceList.parse(added).sources.last?.name.description == "new")
  }

  @Test func aMapInBracketsIsReadAndNotEdited() throws {
    let map = "sources: {acme: {type: local, url: ours}}\n"
    #expect(try parse(map).sources.map(\.name.description) == ["acme"])
    #expect(throws: TextProblem.self) { try SourceList.remove("acme", from: Array(map.utf8)) }
  }

  /// The Node tool writes `undefined` for what an entry lacked.
  @Test func undefinedIsLikeAbsent() throws {
    let source = try #require(
      try parseAll(
        entry + "    enabled: undefined\n    trust_level: \"undefined\"\n    safety_policy: \"undefined\"\n"
          + "    signature_required: undefined\n    checksum_required: undefined\n"
      ).sources.first
    )
    #expect(source.isEnabled && source.trustLevel == .untrusted && !source.isSignatureRequired)
    expectProblem(.invalidValue(key: "url", value: "", rule: .notEmpty)) {
      try parseAll("sources:\n  - name: a\n    type: local\n    url: ''\n")
    }
  }

  @Test(arguments: ["refs", "a b", "-a", "tmp_x", "CON", "../x", ""])
  func refusesNamesThatAreNone(_ name: String) {
    #expect {
      try parseAll("sources:\n  - name: \"\(name)\"\n    type: local\n    url: x\n")
    } throws: { error in
      guard let problem = error as? TextProblem, case .invalidValue("name", name, .refused) = problem.reason
      else {
        return false
      }
      return problem.position == TextPosition(line: 2, column: 11)
    }
  }

  @Test(arguments: [
    "http://example.com/", "https://user@example.com/", "https://example.com/?q", "file:///x/", "x",
  ])
  func refusesURLsThatAreNone(_ url: String) {
    #expect {
      try parseAll("sources:\n  - name: a\n    type: https\n    url: \"\(url)\"\n")
    } throws: { error in
      guard let problem = error as? TextProblem, problem.position == TextPosition(line: 4, column: 10) else {
        return false
      }
      // What may hold a password or a token is not in the error.
      switch problem.reason {
      case .invalidValue("url", url, .refused): return !url.contains { "@?".contains($0) }
      case .hiddenValue("url", .refused): return url.contains { "@?".contains($0) }
      default: return false
      }
    }
  }

  @Test func loopbackHTTPIsReadWhateverThePolicySays() throws {
    let list = try parse("sources:\n  - name: a\n    type: https\n    url: http://localhost:8080/\n")
    #expect(list.sources.first?.location.text == "http://localhost:8080/catalog.yaml")
  }

  @Test func aSecondNameForOneURLIsAWarning() throws {
    let list = try parse(
      entry + "  - name: b\n    type: https\n    url: https://EXAMPLE.com/r/catalog.yaml\n"
    )
    let names = try (RegistryName(parsing: "acme"), RegistryName(parsing: "b"))
    #expect(list.warnings == [.sameURL(first: names.0, second: names.1)])
  }
}

@Suite struct SourceListEditTests {
  @Test func mirrorsAreReadWrittenAndRemoved() throws {
    let written = "\(entry)    mirrors: [\"https://a.example/r/\", \"http://localhost:8080/\"] # both\n"
    let source = try #require(try parse(written).sources.first)
    #expect(
      source.mirrors.map(\.description)
        == ["https://a.example/r/catalog.yaml", "http://localhost:8080/catalog.yaml"]
    )
    var change = SourceChange()
    change.mirrors = [try mirror("https://b.example/r/")]
    let changed = try SourceList.change("acme", change.fields, in: Array(written.utf8))
    #expect(text(changed) == "\(entry)    mirrors: [\"https://b.example/r/catalog.yaml\"] # both\n")
    change.mirrors = []
    #expect(text(try SourceList.change("acme", change.fields, in: changed)) == entry)
    let added = Source(
      name: try RegistryName(parsing: "new"),
      location: .web(try mirror("https://example.org/x/")),
      mirrors: [try mirror("https://b.example/r/")]
    )
    let list = try SourceList.parse(try SourceList.add(added, to: Array(entry.utf8)))
    #expect(list.sources.last == added)
  }

  @Test func addWritesKeysInOrderAndKeepsTheRest() throws {
    let source = try web("new", "https://example.org/x/", signers: ["k1", "k2"])
    #expect(
      text(try SourceList.add(source, to: Array("# mine\n\(entry)\n# end\n".utf8))) == """
        # mine
        \(entry)  - name: "new"
            type: "https"
            url: "https://example.org/x/catalog.yaml"
            enabled: true
            trust_level: "community"
            safety_policy: "sandboxed"
            signature_required: false
            checksum_required: true
            signers: ["k1", "k2"]

        # end

        """
    )
  }

  @Test func addBeginsTheDefaultFile() throws {
    let source = try web("new", "https://example.org/x/")
    let bytes = try SourceList.add(source, to: nil)
    #expect(text(bytes).hasPrefix(DefaultFiles.sources))
    #expect(try SourceList.parse(bytes).sources == SourceList.whenMissing.sources + [source])
  }

  @Test func whatWasAddedCanBeRemovedWithoutATrace() throws {
    for file in [entry, DefaultFiles.sources, "sources: []\n", "# a\r\nsources: []\r\n# b\r\n"] {
      let source = Source(
        name: try RegistryName(parsing: "new"),
        location: .folder("/x y"),
        isEnabled: false,
        trustLevel: .trusted,
        isSignatureRequired: true
      )
      let added = try SourceList.add(source, to: Array(file.utf8))
      #expect(try SourceList.parse(added).find(source.name) == source)
      #expect(text(try SourceList.remove(source.name.description, from: added)) == file)
    }
  }

  @Test func addNeverReplacesAName() throws {
    let source = try web("Acme", "https://example.org/x/")
    expectProblem(.alreadyUsed(key: "name", value: "acme")) {
      try SourceList.add(source, to: Array(entry.utf8))
    }
  }

  @Test func aFolderThatNeedsAnEscapeIsRefused() throws {
    let source = Source(name: try RegistryName(parsing: "a"), location: .folder("C:\\x"))
    expectProblem(.needsEscape(key: "url", value: "C:\\x")) { try SourceList.add(source, to: nil) }
  }

  @Test func aFileThatDoesNotParseIsNotTouched() throws {
    let source = try web("a", "https://example.org/x/")
    expectProblem(.unknownKey("source", nearest: "sources")) {
      try SourceList.add(source, to: Array("source:\n  - name: x\n".utf8))
    }
    expectProblem(.noSuchEntry("a")) { try SourceList.remove("a", from: Array(entry.utf8)) }
  }

  @Test func entriesThatCannotBeUsedStayAndCanBeRemoved() throws {
    let odd = "  - name: _odd # mine\n    type: git\n    url: x\n"
    let source = try web("new", "https://example.org/x/")
    let added = try SourceList.add(source, to: Array((entry + odd).utf8))
    #expect(text(added).hasPrefix(entry + odd))
    #expect(text(try SourceList.remove("_odd", from: added)) == text(added).replacing(odd, with: ""))
    expectProblem(.alreadyUsed(key: "name", value: "NEW")) {
      try SourceList.add(source, to: Array((entry + "  - name: NEW\n    type: git\n    url: x\n").utf8))
    }
  }

  @Test func aChangeKeepsCommentsOrderAndTheRest() throws {
    let file =
      "# mine\n" + entry
      + "    enabled: true # yes\n    signers: # these\n      - k1\n      - k2\n    trust_level: community\n# end\n"
    var change = SourceChange()
    change.isEnabled = false
    change.signers = ["k3"]
    change.location = .folder("../r")
    let changed = try SourceList.change("acme", change.fields, in: Array(file.utf8))
    #expect(
      text(changed) == """
        # mine
        sources:
          - name: acme
            type: "local"
            url: "../r"
            enabled: false # yes
            signers: ["k3"]
            trust_level: community
        # end

        """
    )
    change = SourceChange()
    change.signers = []
    let cleared = try SourceList.change("acme", change.fields, in: changed)
    #expect(text(cleared) == text(changed).replacing("    signers: [\"k3\"]\n", with: ""))
    expectProblem(.noSuchEntry("other")) {
      try SourceList.change("other", change.fields, in: Array(file.utf8))
    }
  }

  @Test func aChangeCanMakeAnEntryUsableAndNeverUnusable() throws {
    let file = Array("sources:\n  - name: a\n    type: git\n    url: x\n".utf8)
    var change = SourceChange()
    change.location = .web(try RegistryURL(parsing: "https://example.com/", allowHTTPLocalhost: false))
    let list = try SourceList.parse(SourceList.change("a", change.fields, in: file))
    #expect(list.unusable.isEmpty && list.sources.first?.location == change.location)
    var other = SourceChange()
    other.trustLevel = .trusted
    expectProblem(.unsupportedValue(key: "type", value: "git", why: .gitSource)) {
      try SourceList.change("a", other.fields, in: file)
    }
    change.location = nil
    change.signers = ["a b"]
    expectProblem(.invalidValue(key: "signers", value: "a b", rule: .shape(.keyID))) {
      try SourceList.change("acme", change.fields, in: Array(entry.utf8))
    }
  }
}
