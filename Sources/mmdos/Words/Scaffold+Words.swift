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
    case .misspelledSkill: "is no skill, as tools read a file called SKILL.md only"
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
    case .unreadable(let path, let problem):
      "\(path.quotedForMessage) cannot be read\(problem.position.map { ", at \($0)" } ?? ""): \(problem.words)"
    case .kept(let path): "\(path.quotedForMessage) was written or changed by hand and stays as it is"
    case .unlisted(let slug):
      "catalog.yaml was written by hand and does not list plugin \(slug.quotedForMessage)"
    case .hidden(let hidden): hidden.words
    case .badManifest(let path, let problem):
      "\(path.quotedForMessage) was written by hand and cannot be listed: \(problem.words)"
    }
  }
}

extension HiddenUnits {
  /// Which line of which file hides what.
  var words: String {
    let units = Quantity.count(count, "skill or plugin", "skills or plugins").description
    return "\(path.quotedForMessage) has \(units) in it and is left out by \(reason.words)"
  }
}

extension ToolPart.Kind {
  /// What it is, for people.
  var words: String {
    switch self {
    case .hooks: "hooks"
    case .mcpServers: "MCP servers"
    case .lspServers: "LSP servers"
    case .monitors: "monitors"
    case .settings: "settings"
    case .mergedFiles: "files that people merge by hand"
    }
  }
}

extension ScaffoldPlan.Note {
  var words: String {
    switch self {
    case .slugTaken(let source, let wanted, let slug):
      "the slug \(wanted.quotedForMessage) is taken, so \(Self.quoted(source)) is plugin \(slug.quotedForMessage)"
    case .slugKept(let source, let wanted, let slug):
      "\(Self.quoted(source)) stays plugin \(slug.quotedForMessage), as it was published; to call it "
        + "\(wanted.quotedForMessage), remove its line from 'slugs' in .mmdos-scaffold.json"
    case .slugGone(let slug, let source):
      "no plugin is \(slug.quotedForMessage) any more, which was made of \(source.quotedForMessage): who has it "
        + "installed gets no update"
    case .placeTaken(let source, let other, let place):
      "\(Self.quoted(source)) is installed to \(place.quotedForMessage), as \(Self.quoted(other)) has its place"
    case .sameContent(let source, let other):
      "\(Self.quoted(source)) has the same content as \(Self.quoted(other)), which is published"
    case .active(let plugin, let item, let place):
      "plugin \(plugin.quotedForMessage) declares \(item.words) in \(place.quotedForMessage), which are never "
        + "published"
    case .noDescription(let main):
      "\(main.quotedForMessage) has no head with a description, without which tools do not offer a skill"
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
    case .nothingFound(let path, let hidden):
      let places = hidden.map(\.words).joined(separator: "; ")
      self.init(
        ExitCodes.failure,
        "scaffold",
        "\(path.quoted) has no skill, agent, command or rule"
          + (hidden.isEmpty ? "" : " that is not ignored"),
        hint: hidden.isEmpty
          ? "a skill is a folder with SKILL.md; see docs/publishing.md"
          : "\(places); --no-gitignore takes it all the same"
      )
    case .emptyText:
      self.init(ExitCodes.failure, "scaffold", "author, version and description need a printable character")
    }
  }
}
