package import Formats
package import RegistryModel
package import SystemPackage

/// What a scaffold made of a folder, or would make.
package struct ScaffoldReport: Sendable {
  /// A plugin of the registry.
  package struct Plugin: Sendable {
    package let slug: PluginSlug
    package let category: String
    /// The folder or file that it is made of.
    package let source: String
    package let fileCount: Int
  }

  /// A file or folder that no plugin has; a folder's path ends in `/`.
  package struct LeftOut: Sendable {
    package let path: String
    package let reason: Reason
  }

  /// Why something is in no plugin.
  package enum Reason: Sendable, Equatable {
    case ignored(IgnoreChain.Reason)
    case rule(SourceRule)
    /// It belongs to the registry that is made.
    case registry
    /// It breaks a rule of every client.
    case problem(PublishProblem)
    /// Its path breaks a rule where it would be installed.
    case place(PluginProblem)
    /// No client installs it.
    case refused(PluginContentError)
    /// The main file of its skill cannot be taken.
    case withoutMain(String)
    /// Its plugin has too many files or bytes to be installed.
    case ofPlugin(String, PluginContentError)
    /// Its content is published under another path.
    case sameContent(as: String)
  }

  /// What a maintainer should know.
  package enum Warning: Sendable, Equatable {
    case note(ScaffoldPlan.Note)
    /// A text that is taken names a file that its plugin does not have.
    case mention(of: String, in: String, plugin: String)
    case remote(PluginDeclarations.Remote)
    case unreadable(path: String, TextProblem)
    /// The file was written or changed by hand, so it stays as it is.
    case kept(path: String)
    /// The hand-written catalog does not list the plugin.
    case unlisted(slug: String)
    /// What an ignore file leaves out has skills or plugins in it.
    case hidden(HiddenUnits)
    /// The hand-written manifest of a plugin cannot be read, so the catalog does not list it.
    case badManifest(path: String, PluginProblem)
  }

  package internal(set) var plugins: [Plugin] = []
  package internal(set) var leftOut: [LeftOut] = []
  package internal(set) var warnings: [Warning] = []
  /// The paths in the output folder that were written, or would be.
  package internal(set) var written: [String] = []
  package internal(set) var removed: [String] = []
  package internal(set) var unchangedCount = 0
  /// The folder in which the registry is.
  package let output: FilePath
}

/// A file or folder that an ignore file leaves out, though it has what plugins are made of.
package struct HiddenUnits: Equatable, Sendable {
  /// The path in the source; a folder's ends in `/`.
  package let path: String
  package let reason: IgnoreChain.Reason
  /// The number of skills, plugins and marketplaces in it.
  package let count: Int
}

/// Why no registry is made of a folder.
package enum ScaffoldError: Error, Equatable, Sendable {
  /// There is no skill, agent, command, rule or plugin in it.
  ///
  /// `hidden`: What is left out and has some in it.
  case nothingFound(FilePath, hidden: [HiddenUnits])
  /// A field for the generated files has no printable character.
  case emptyText
}
