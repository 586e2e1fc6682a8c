import Formats

/// The rules for all paths of one registry together (DESIGN section 5, "Manifest paths").
package struct ManifestPathSet {
  /// What was first found at a path, with its spelling.
  private struct Place {
    let spelling: Substring
    let isFolder: Bool
  }

  // The key is the case-folded path of a file or folder.
  private var places: [Substring: Place] = [:]
  private let reservedAtRoot: Set<String>

  /// Checks that the files can be stored in one folder of a file system that ignores case.
  ///
  /// The time is proportional to the bytes of all paths, at most 32 times that, where no two share a folder.
  /// `checksums.json` is always reserved at the root, ignoring case, as file and as folder; `reserving` adds further
  /// names.
  ///
  /// - Throws: `PathProblem`, for the first conflict in the order of the paths.
  package static func validateTogether(
    _ paths: some Collection<ManifestPath>,
    reserving names: [String] = []
  ) throws(PathProblem) {
    var set = ManifestPathSet(reserving: names, capacity: paths.count)
    for path in paths { try set.insert(path) }
  }

  /// All conflicts, each with the path at which it was found, in the order of the paths.
  package static func findConflicts(
    in paths: some Collection<ManifestPath>,
    reserving names: [String] = []
  ) -> [(path: ManifestPath, problem: PathProblem)] {
    var set = ManifestPathSet(reserving: names, capacity: paths.count)
    var conflicts: [(ManifestPath, PathProblem)] = []
    for path in paths {
      do { try set.insert(path) } catch { conflicts.append((path, error)) }
    }
    return conflicts
  }

  private init(reserving names: [String], capacity: Int) {
    reservedAtRoot = Set((names + ["checksums.json"]).map(UnicodeRules.caseFolded))
    places.reserveCapacity(capacity)
  }

  private mutating func insert(_ path: ManifestPath) throws(PathProblem) {
    let spelled = path.description[...]
    // Case folding works on each component by itself, so both texts have their slashes in the same order.
    let folded = UnicodeRules.caseFolded(path.description)[...]
    try checkRoot(of: spelled, folded: folded)
    try insert(Place(spelling: spelled, isFolder: false), at: folded)
    var folder = (spelled: Self.parent(of: spelled), folded: Self.parent(of: folded))
    while let spelledFolder = folder.spelled, let foldedFolder = folder.folded {
      let isKnown = try insert(Place(spelling: spelledFolder, isFolder: true), at: foldedFolder)
      // The folders above a known folder were recorded together with it.
      if isKnown { return }
      folder = (Self.parent(of: spelledFolder), Self.parent(of: foldedFolder))
    }
  }

  private func checkRoot(of spelled: Substring, folded: Substring) throws(PathProblem) {
    let root = String(Substring(folded.utf8.prefix { $0 != UInt8(ascii: "/") }))
    guard reservedAtRoot.contains(root) else { return }
    throw .reservedAtRoot(String(Substring(spelled.utf8.prefix { $0 != UInt8(ascii: "/") })))
  }

  /// Records what is at a path; returns true if the same folder was recorded before.
  @discardableResult
  private mutating func insert(_ place: Place, at key: Substring) throws(PathProblem) -> Bool {
    guard let held = places[key] else {
      places[key] = place
      return false
    }
    let (first, second) = (String(held.spelling), String(place.spelling))
    switch (held.isFolder, place.isFolder) {
    case (false, false):
      throw first == second ? .duplicate(first) : .filesEqualIgnoringCase(first, second)
    case (false, true): throw .fileAndFolder(file: first, folder: second)
    case (true, false): throw .fileAndFolder(file: second, folder: first)
    case (true, true):
      guard first == second else { throw .foldersEqualIgnoringCase(first, second) }
      return true
    }
  }

  private static func parent(of path: Substring) -> Substring? {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return Substring(path.utf8[..<slash])
  }
}
