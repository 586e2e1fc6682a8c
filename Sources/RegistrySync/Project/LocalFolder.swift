import Disk
package import Formats
package import RegistryModel
package import SystemPackage

/// Why a text cannot be the folder of a registry.
package enum LocalFolderProblem: Equatable, Sendable {
  case empty
  /// Nothing is there; with what may have been meant.
  case absent(FolderAddress.Guess)
  /// A file is there; `folder` is the one that holds it, where it is a file of a registry.
  case file(folder: String?)
  /// It begins with `~`, and not in a home that is known.
  case home(HomePath.Problem)
}

/// A folder on this machine, as it is typed and as it stands in `sources.yaml`.
package struct LocalFolder: Sendable {
  private let typed: String
  private let workingFolder: FilePath
  private let home: FilePath?

  /// `home`: What `~` stands for.
  package init(_ typed: String, workingFolder: FilePath, home: FilePath?) {
    (self.typed, self.workingFolder, self.home) = (typed, workingFolder, home)
  }

  /// The text for `sources.yaml`.
  ///
  /// A path that is typed relative, or lies below the project, is relative to the project's root: the file is
  /// committed, and a clone elsewhere has the folder at the same place beside it.
  ///
  /// - Throws: `ProjectError.localFolder`; `DiskError` when the folder cannot be opened.
  package func text(in project: Project) throws -> String {
    let path = try expanded()
    let folder = try open(workingFolder.pushing(path))
    let root = try RealPath.of(project.root.path)
    if path.isRelative {
      let spelled = Self.relative(workingFolder.pushing(path).lexicallyNormalized(), to: root)
      if try leads(spelled, from: project, to: folder) { return spelled }
      return Self.relative(try RealPath.of(folder.path), to: root)
    }
    let real = try RealPath.of(folder.path)
    return real.starts(with: root) ? Self.relative(real, to: root) : path.lexicallyNormalized().string
  }

  private func expanded() throws -> FilePath {
    guard !typed.isEmpty else { throw ProjectError.localFolder(typed, .empty) }
    // A folder whose own name begins with `~` is meant as it is. try?: what cannot be opened is not there.
    if HomePath.needsHome(typed), (try? Folder.open(workingFolder.pushing(FilePath(typed)))) != nil {
      return FilePath(typed)
    }
    do { return FilePath(try HomePath.expand(typed, home: home?.string)) } catch {
      throw ProjectError.localFolder(typed, .home(error))
    }
  }

  private func open(_ path: FilePath) throws -> Folder {
    do throws(DiskError) {
      return try Folder.open(path)
    } catch {
      switch error.code {
      case .noSuchFileOrDirectory:
        throw ProjectError.localFolder(typed, .absent(FolderAddress.guess(typed)))
      case .notDirectory: throw ProjectError.localFolder(typed, .file(folder: holder))
      default: throw error
      }
    }
  }

  /// The folder of a file that is named instead of its registry.
  private var holder: String? {
    let path = FilePath(typed)
    let names = [ProjectLayout.catalog, ProjectLayout.manifest].map(\.string)
    guard let last = path.lastComponent?.string, names.contains(last) else { return nil }
    let folder = path.removingLastComponent()
    return folder.isEmpty ? "." : folder.string
  }

  /// Whether a relative path leads to the folder: with links in it, `..` may lead elsewhere.
  private func leads(_ text: String, from project: Project, to folder: Folder) throws -> Bool {
    // try?: a path that leads nowhere does not lead there.
    guard let found = try? Folder.open(project.root.path.pushing(FilePath(text))) else { return false }
    return try found.attributes().identity == folder.attributes().identity
  }

  /// The way from one folder to another; both are absolute and normalised.
  private static func relative(_ path: FilePath, to root: FilePath) -> String {
    let (target, base) = (path.components.map(\.string), root.components.map(\.string))
    let shared = zip(target, base).prefix { $0 == $1 }.count
    let steps = Array(repeating: "..", count: base.count - shared) + target.dropFirst(shared)
    return steps.isEmpty ? "." : HomePath.spelling(steps.joined(separator: "/"))
  }
}
