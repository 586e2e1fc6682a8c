import Formats
import RegistryModel
import RegistrySync

// What a scaffold leaves out and what a maintainer should know: lower case, no full stop, safe to print.

extension ScaffoldReport.Reason {
  /// Why something is in no plugin, worded to follow its path.
  var words: String {
    switch self {
    case .ignored(let reason): reason.words
    case .rule(let rule): rule.words
    case .registry: "belongs to the registry"
    case .problem(let problem): problem.words.message
    case .place(let problem): problem.words
    case .refused(let error): Failure(pluginContent: error).message
    case .withoutMain(let main): "its main file \(main.quotedForMessage) is left out"
    case .ofPlugin(let slug, let error):
      "its plugin \(slug.quotedForMessage) cannot be installed: \(Failure(pluginContent: error).message)"
    case .sameContent(let other): "has the same content as \(other.quotedForMessage)"
    }
  }
}

extension SourceRule {
  var words: String {
    switch self {
    case .noContent: "is no skill, agent, command or rule"
    case .noHead: "has no head with a name or a description, as an agent has"
    case .declaration: "was read and is not published"
    case .active: "hooks, servers and settings are never published"
    case .mergedByHand: "is a file that people merge by hand"
    }
  }
}

extension ScaffoldReport.Warning {
  var words: String {
    switch self {
    case .note(let note): note.words
    case .mention(let file, let text, let plugin):
      "\(text.quotedForMessage) names \(file.quotedForMessage), which plugin \(plugin.quotedForMessage) does not have"
    case .remote(let remote):
      "plugin \(remote.name.quotedForMessage) of \(remote.place.quotedForMessage) is not in this folder and is not "
        + "taken: \(remote.source.quotedForMessage)"
    case .unreadable(let path, let problem): "\(path.quotedForMessage) cannot be read: \(problem.words)"
    case .kept(let path): "\(path.quotedForMessage) was written or changed by hand and stays as it is"
    case .unlisted(let slug):
      "catalog.yaml was written by hand and does not list plugin \(slug.quotedForMessage)"
    case .badManifest(let path, let problem):
      "\(path.quotedForMessage) was written by hand and cannot be listed: \(problem.words)"
    }
  }
}

extension ScaffoldPlan.Note {
  var words: String {
    switch self {
    case .slugTaken(let source, let wanted, let slug):
      "the slug \(wanted.quotedForMessage) is taken, so \(Self.quoted(source)) is plugin \(slug.quotedForMessage)"
    case .placeTaken(let source, let other, let place):
      "\(Self.quoted(source)) is installed to \(place.quotedForMessage), as \(Self.quoted(other)) has its place"
    case .sameContent(let source, let other):
      "\(Self.quoted(source)) has the same content as \(Self.quoted(other)), which is published"
    case .active(let plugin, let item, let place):
      "plugin \(plugin.quotedForMessage) declares \(item.rawValue) in \(place.quotedForMessage), which are never "
        + "published"
    case .emptyPlugin(let name, let place):
      "plugin \(name.quotedForMessage) of \(place.quotedForMessage) has no skill, agent, command or rule here"
    }
  }

  /// A path of the folder; the folder itself is '.'.
  private static func quoted(_ path: String) -> String { (path.isEmpty ? "." : path).quotedForMessage }
}

extension Failure {
  init(scaffold error: ScaffoldError) {
    switch error {
    case .nothingFound(let path):
      self.init(
        ExitCodes.failure,
        "scaffold",
        "\(path.quoted) has no skill, agent, command or rule",
        hint: "a skill is a folder with SKILL.md; see docs/publishing.md"
      )
    case .emptyText:
      self.init(ExitCodes.failure, "scaffold", "author, version and description need a printable character")
    }
  }
}
