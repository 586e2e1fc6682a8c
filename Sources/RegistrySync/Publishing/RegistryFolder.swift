import Disk
import ObjectStore
import RegistryModel
import Synchronization
import SystemPackage

/// A folder to be published, read by the rules of clients.
struct RegistryFolder: Sendable {
  /// A file of it.
  struct File: Sendable {
    let path: ManifestPath
    let id: ObjectID
    let size: Int64
  }

  let folder: Folder
  /// The files but `manifest.json` that clients take, sorted by path.
  let files: [File]
  /// What is not published.
  let leftOut: [LeftOut]
  /// How much all files are, those that cannot be published by their number alone.
  let extent: PublishedExtent
  /// All that is wrong with the files, in no particular order.
  let problems: [PublishProblem]

  /// The places of files in `files`; -1 for a file that is there and cannot be published.
  private let places: [String: Int]
  private let reasons: [String: IgnoreChain.Reason]

  /// Lists, checks and hashes the folder's files.
  ///
  /// - Throws: `DiskError`.
  init(_ folder: Folder, limits: Limits) throws {
    self.folder = folder
    let listing = try FolderListing(
      folder,
      ignoreFile: ProjectLayout.publishIgnore,
      builtIn: .ofPublishing,
      isRegistry: true
    )
    let paths = listing.files.sorted()
    let rules = PublishedFileRules(limits: limits)
    var problems = listing.problems
    problems += ManifestPathSet.findConflicts(in: paths).map { .path($0.path.description, $0.problem) }
    let (files, bad) = try Self.read(paths, below: folder, rules: rules)
    problems += bad
    self.files = files
    leftOut = listing.leftOut.sorted { $0.path < $1.path }
    reasons = Dictionary(
      listing.leftOut.map { ($0.path, $0.reason) },
      uniquingKeysWith: { first, _ in first }
    )
    places = Dictionary(
      paths.map { ($0.description, -1) } + files.enumerated().map { ($1.path.description, $0) },
      uniquingKeysWith: { $1 }
    )
    extent = Self.extent(of: paths, files)
    self.problems = problems + Self.problems(of: extent, limits: limits)
  }

  /// Whether the folder has a file of that path, even one that cannot be published.
  func contains(_ path: String) -> Bool { places[path] != nil }

  /// A file that can be published, by its path.
  func find(_ path: String) -> File? {
    places[path].flatMap { $0 < 0 ? nil : files[$0] }
  }

  /// The bytes of a file that can be published.
  ///
  /// - Throws: `DiskError`.
  func findBytes(_ path: String) throws -> [UInt8]? {
    guard let file = find(path) else { return nil }
    let names = file.path.components.dropLast().map { StoreLayout.component($0) }
    return try folder.findFolder(at: names)?
      .findBytes(StoreLayout.component(file.path.name), limit: Int(file.size))
  }

  /// Why a path is not published though the folder may have it; nil for any other.
  func findReason(toLeaveOut path: String) -> IgnoreChain.Reason? {
    var above = ""
    for name in path.split(separator: "/") {
      if let reason = reasons[above + name] ?? reasons[above + name + "/"] { return reason }
      above += name + "/"
    }
    return nil
  }

  /// Reads and hashes files, several at a time.
  ///
  /// - Throws: `DiskError`.
  static func read(
    _ paths: [ManifestPath],
    below folder: Folder,
    rules: PublishedFileRules
  ) throws -> (files: [File], problems: [PublishProblem]) {
    let found = Mutex<(files: [File], problems: [PublishProblem])>(([], []))
    try Parallel.forEach(count: paths.count) { index in
      let file = try PublishedFile(paths[index], below: folder, rules: rules)
      found.withLock {
        switch file {
        case .good(let file): $0.files.append(file)
        case .bad(let problem): $0.problems.append(problem)
        }
      }
    }
    let (files, problems) = found.withLock { $0 }
    return (files.sorted { $0.path < $1.path }, problems)
  }

  private static func extent(of paths: [ManifestPath], _ files: [File]) -> PublishedExtent {
    let trees = TreeExtent(of: paths.lazy.map(\.components))
    var extent = PublishedExtent()
    extent.entryCount = paths.count + trees.folderCount
    extent.totalBytes = files.map(\.size).clampedSum().addingClamped(trees.payloadBytes)
    for file in files {
      if file.path.description == ModelNames.catalog {
        extent.largestManifestBytes = file.size
      } else {
        extent.largestFileBytes = max(extent.largestFileBytes, file.size)
      }
    }
    return extent
  }

  /// What is wrong with all files together.
  private static func problems(of extent: PublishedExtent, limits: Limits) -> [PublishProblem] {
    var problems: [PublishProblem] = []
    if extent.entryCount > limits.maxManifestEntries {
      problems.append(.tooManyFiles(count: extent.entryCount, limit: limits.maxManifestEntries))
    }
    if extent.totalBytes > limits.maxSnapshotBytes {
      problems.append(.tooLarge(path: nil, limit: limits.maxSnapshotBytes))
    }
    return problems
  }
}
