import Audit
import Disk
import ObjectStore
import RegistryModel
import Synchronization

/// Finds out about a snapshot's files what decides which of them its view has: their classes, and what the content
/// audit finds.
///
/// Everything can be read from the store; what is known already is not read again.
struct ContentSurvey {
  let store: ObjectStore
  let policy: Policy

  /// What is known before anything is read.
  struct Known {
    /// What was found out about some tree, and its files.
    var earlier: (facts: ContentFacts, files: [TreeFile])?
    /// The shapes of files that were read just now.
    var shapes: [ObjectID: ContentShape] = [:]
    /// The critical findings in the files of the tree itself; nil where it was not audited just now.
    var critical: [CriticalFinding]?
  }

  /// What there is to know about a tree.
  ///
  /// - Throws: `ObjectStoreError` when a file is missing or damaged.
  func facts(of tree: ObjectID, _ files: [TreeFile], knowing known: Known) throws -> ContentFacts {
    var classes = known.earlier.flatMap { $0.facts.tree == tree ? $0.facts.classes : nil }
    if classes == nil { classes = try self.classes(of: files, knowing: known) }
    return ContentFacts(tree: tree, classes: classes ?? [:], audit: try audit(tree, files, knowing: known))
  }

  /// Whether facts say all that a policy asks.
  static func isComplete(_ facts: ContentFacts, for policy: Policy) -> Bool {
    !policy.audit.withholds || facts.audit?.stamp == AuditStamp.of(policy)
  }

  // MARK: Classes

  private func classes(of files: [TreeFile], knowing known: Known) throws -> [TreePath: ContentClass] {
    var classes: [TreePath: ContentClass] = [:]
    var unread: [ObjectID: TreeFile] = [:]
    let earlier = Dictionary(
      (known.earlier?.files ?? []).map { ($0.path, $0.id) },
      uniquingKeysWith: { first, _ in first }
    )
    for file in files {
      if let shape = known.shapes[file.id] {
        classes[file.path] = ContentClass(shape, name: file.path.description)
      } else if let facts = known.earlier?.facts, earlier[file.path] == file.id {
        classes[file.path] = facts.contentClass(of: file.path)
      } else {
        unread[file.id] = file
      }
    }
    let shapes = try shapes(of: Array(unread.values))
    for file in files where classes[file.path] == nil {
      classes[file.path] = shapes[file.id].map { ContentClass($0, name: file.path.description) }
    }
    return classes.filter { $0.value != .text }
  }

  private func shapes(of files: [TreeFile]) throws -> [ObjectID: ContentShape] {
    let store = store
    let found = Mutex<[ObjectID: ContentShape]>([:])
    try Parallel.forEach(count: files.count) { (index) throws(ObjectStoreError) in
      let file = files[index]
      var detector = ContentDetector()
      try store.stream(file.id, size: file.size) { () throws(DiskError) in
        detector = ContentDetector()
      } into: { (piece) throws(DiskError) in
        try Cancellation.check()
        detector.append(piece)
      }
      let shape = detector.finish()
      found.withLock { $0[file.id] = shape }
    }
    return found.withLock { $0 }
  }

  // MARK: Audit

  private func audit(_ tree: ObjectID, _ files: [TreeFile], knowing known: Known) throws -> ContentFacts
    .Audit?
  {
    guard policy.audit.withholds, let stamp = AuditStamp.of(policy) else { return nil }
    var critical = known.critical
    if critical == nil, let earlier = known.earlier, let audit = earlier.facts.audit, audit.stamp == stamp {
      if earlier.facts.tree == tree { return audit }
      critical = try self.critical(in: files, after: earlier.files, audit.quarantine)
    }
    let findings =
      if let critical { critical } else { try HeldAudit(store: store, policy: policy).run(files).critical() }
    let plugins = findings.isEmpty ? [] : try self.plugins(of: files)
    return ContentFacts.Audit(stamp: stamp, quarantine: Quarantine(findings, plugins: plugins))
  }

  /// The critical findings in files some of which were audited with another tree.
  private func critical(
    in files: [TreeFile],
    after earlier: [TreeFile],
    _ quarantine: Quarantine
  ) throws -> [CriticalFinding] {
    let audited = Dictionary(earlier.map { ($0.path, $0.id) }, uniquingKeysWith: { first, _ in first })
    let present = Dictionary(files.map { ($0.path, $0.id) }, uniquingKeysWith: { first, _ in first })
    let kept = quarantine.findings.filter { present[$0.path] == $0.object }
    let new = files.filter { audited[$0.path] != $0.id }
    return try HeldAudit(store: store, policy: policy).run(new).critical() + kept
  }

  /// The files of every plugin whose manifest can be read; one that cannot be read consists of its manifest.
  func plugins(of files: [TreeFile]) throws -> [PluginFiles] {
    var plugins: [PluginFiles] = []
    for file in files {
      guard let slug = slug(of: file.path) else { continue }
      plugins.append(try plugin(slug, manifest: file))
    }
    return plugins
  }

  /// The files of one plugin, by what its manifest names.
  ///
  /// - Throws: `ObjectStoreError` when the manifest is missing or damaged.
  func plugin(_ slug: PluginSlug, manifest file: TreeFile) throws -> PluginFiles {
    let isSmall = file.size <= policy.limits.maxPluginBytes
    let bytes = isSmall ? try store.read(file.id, size: file.size, limit: file.size) : []
    return try PluginFiles(slug, manifest: bytes)
  }

  /// The slug of the plugin whose manifest has this path; nil for other files.
  private func slug(of path: TreePath) -> PluginSlug? {
    guard path.components.count == 2, path.components[0] == "catalog", path.components[1].hasSuffix(".yaml")
    else { return nil }
    // try?: a file with another name is not a plugin's manifest.
    let slug = try? PluginSlug(parsing: String(path.components[1].dropLast(5)))
    return slug?.registryPath.description == path.description ? slug : nil
  }
}

extension PluginFiles {
  /// The files of a plugin by its manifest's bytes; one that breaks a rule names nothing that could be installed.
  ///
  /// - Throws: `ObjectStoreError` for a path that no tree has, which no manifest names.
  init(_ slug: PluginSlug, manifest bytes: [UInt8]) throws {
    // try?: an install says what is wrong with it.
    let assets = (try? PluginManifest.parse(bytes, expecting: slug))?.assets ?? []
    let paths = [slug.registryPath] + assets.map(\.registryPath)
    self.init(slug: slug, paths: try paths.map { try TreePath($0.description) })
  }
}

extension OpenRegistry {
  /// What the view of a snapshot has by today's policy, and what it withholds.
  ///
  /// - Throws: `ObjectStoreError` when a tree or a file is missing or damaged; `DiskError`.
  func withholding(of snapshot: Snapshot) throws -> Withholding {
    let files = try TreeWalk.files(of: snapshot.tree, in: store)
    let facts = try contentFacts(of: snapshot.tree, files, knowing: try readContentFacts())
    return Withholding(files, knowing: facts, policy: policy)
  }

  /// What the view of a snapshot lacks by today's policy, sorted by path; no tree is read where all is known to be taken.
  ///
  /// - Throws: As `withholding`.
  func withheld(of snapshot: Snapshot) throws -> [WithheldFile] {
    if policy.allowedFileExtensions == nil, let facts = try readContentFacts(), facts.tree == snapshot.tree,
      ContentSurvey.isComplete(facts, for: policy), facts.isAllText
    {
      return []
    }
    return try withholding(of: snapshot).withheld.sorted { $0.path < $1.path }
  }

  /// What is to be known of a tree: what is known already where that says all, else what the store says.
  func contentFacts(of tree: ObjectID, _ files: [TreeFile], knowing facts: ContentFacts?) throws
    -> ContentFacts
  {
    if let facts, facts.tree == tree, ContentSurvey.isComplete(facts, for: policy) { return facts }
    var known = ContentSurvey.Known()
    if let facts {
      // try?: a tree that was trimmed, lost or damaged saves no work.
      let earlier = facts.tree == tree ? files : try? TreeWalk.files(of: facts.tree, in: store)
      known.earlier = earlier.map { (facts, $0) }
    }
    return try ContentSurvey(store: store, policy: policy).facts(of: tree, files, knowing: known)
  }

  /// What the registry's state says of a tree, if this machine vouches for it.
  ///
  /// - Throws: `DiskError`.
  func readContentFacts() throws -> ContentFacts? {
    let notary = project.notary(for: name)
    return try RegistryState.find(name, in: cache.folder, vouchedBy: notary)?.content
  }
}
