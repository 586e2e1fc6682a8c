import RegistryModel
import RegistrySync

/// The installed plugins: against what was installed, and against what their sources have.
struct PluginSection {
  private let contents: ReportContents

  init(_ contents: ReportContents) { self.contents = contents }

  var markup: Markup {
    var content: Markup = ""
    if contents.isInterrupted {
      content += .paragraph(Markup(PluginChangeText.interrupted), class: "alert warning")
    }
    if contents.plugins.isEmpty {
      content += .paragraph(
        contents.isOfOne ? "No plugin of this registry is installed." : "No plugin is installed."
      )
    } else {
      content += table
    }
    return .section("plugins", "Installed plugins", content)
  }

  private var table: Markup {
    var table = ReportTable(
      caption: "Sources are compared as they were synced; nothing was requested",
      columns: [
        .init("Plugin"), .init("Version"), .init("Source"), .init("Installed for"), .init("Standing"),
        .init("Files"),
      ]
    )
    for plugin in contents.plugins {
      let entry = plugin.state.entry
      table.rows.append([
        .code(.isolated(plugin.state.slug.description)), version(plugin),
        .isolated(entry?.origin.description ?? "no record"), Markup(entry?.targets.text ?? "–"),
        standing(plugin), files(plugin.state),
      ])
    }
    return table.markup
  }

  private func version(_ plugin: ReportContents.Plugin) -> Markup {
    let installed = Markup.isolated(plugin.state.version ?? "–")
    guard let offered = plugin.source.newVersion, offered != plugin.state.version else { return installed }
    return installed + " → " + .isolated(offered)
  }

  private func standing(_ plugin: ReportContents.Plugin) -> Markup {
    let badges: [Markup] = plugin.standings.map { standing in
      switch standing {
      case .current: .badge(.good, plugin.isCompared ? "up to date" : "as installed")
      case .edited: .badge(.warning, "edited")
      case .update: .badge(.warning, "update available")
      case .withdrawn: .badge(.bad, "withdrawn")
      case .unusable: .badge(.bad, "source not usable")
      case .unrecorded: .badge(.warning, "no record")
      }
    }
    if plugin.standings == [.current] { return badges.joined() }
    return badges.joined(separator: " ") + Markup(.div, [.class: "why"], "Source: \(plugin.source.text)")
  }

  private func files(_ state: PluginState) -> Markup {
    let other = state.files.filter { $0.state != .asInstalled && $0.state != .unrecorded }
    let words: Markup = "\(Quantity.count(state.files.count, "file")): \(state.words)"
    guard !other.isEmpty else { return words }
    return words
      + .list(
        other.map { file in
          Markup(.code, [.class: "path"], .isolated(file.path.description))
            + Markup(.span, [.class: "why"], " \(file.state.words)")
        }
      )
  }
}

extension ReportContents.Plugin {
  /// Whether there is a source to compare with.
  fileprivate var isCompared: Bool {
    if case .unknown = source { false } else { true }
  }
}
