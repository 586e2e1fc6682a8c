import Disk
import Formats
import ObjectStore
package import RegistryModel
package import SystemPackage

/// The path of the trust store: the policy's `trusted_keys_file`, inside the project.
///
/// The path must satisfy the rules of manifest paths: not absolute, no `..`, and nothing that other systems read
/// differently. Its folders are opened one by one, and links are not followed (DESIGN section 1, rule 11).
package struct TrustStoreLocation: Equatable, Sendable {
  /// The path below the project's root, for messages.
  package let path: FilePath

  private let folders: [FileName]
  private let name: FileName

  /// Checks the policy's path.
  ///
  /// - Throws: `ProjectError.invalidFile`, which names the policy.
  package init(_ policy: Policy) throws {
    let text = policy.trustedKeysFile
    let components: [FileName]
    do {
      components = try ManifestPath(parsing: text).components.map { StoreLayout.component($0) }
    } catch {
      let rule = TextProblem.ValueRule.refused(ValueProblem(error))
      let problem = TextProblem(.invalidValue(key: "trusted_keys_file", value: text, rule: rule), at: nil)
      throw ProjectError.invalidFile(ProjectLayout.policyPath, problem)
    }
    path = FilePath(text)
    folders = components.dropLast()
    name = components[components.count - 1]
  }

  /// Reads the file; nil when it or a folder above it does not exist.
  ///
  /// - Throws: `DiskError`, also for a link or folder in its place.
  func findBytes(in project: Project) throws -> [UInt8]? {
    try project.root.findFolder(at: folders)?.findBytes(name, limit: Limits.maxProjectFileBytes)
  }

  /// The folder of the file; nil where there is none yet.
  ///
  /// - Throws: `DiskError`, also for a link in the place of a folder.
  func findFolder(in project: Project) throws -> Folder? {
    try project.root.findFolder(at: folders)
  }

  /// Replaces the file, creating missing folders.
  ///
  /// - Throws: `DiskError`; the old content is then unchanged.
  func replace(with bytes: [UInt8], in project: Project) throws {
    var folder = project.root
    for component in folders {
      let outer = folder
      folder = try project.disk.ensureFolder(component, in: outer)
      // The names of new folders must be durable as well as the file.
      try project.disk.synchronize(outer)
    }
    try AtomicFile(disk: project.disk).replace(name, in: folder, with: bytes)
  }
}
