import Formats

/// Where each skill, agent, command and rule is installed; no two in the same place.
struct UnitPlaces {
  /// The path of the folder of a skill, or of the file, by the unit's main file.
  private(set) var prefixes: [String: String] = [:]
  private(set) var notes: [ScaffoldPlan.Note] = []

  private let heads: [String: MarkdownHead]
  private let rootName: String
  private let earlier: [String: String]
  private var owners: [String: SourceUnit] = [:]
  /// The first number that may be free for a place.
  private var nextNumbers: [String: Int] = [:]

  /// `earlier`: The places that an earlier scaffold gave, by main files.
  init(heads: [String: MarkdownHead], rootName: String, earlier: [String: String] = [:]) {
    (self.heads, self.rootName, self.earlier) = (heads, rootName, earlier)
  }

  /// The place that an earlier scaffold gave to a unit; nil where that is none that it could have now.
  func findEarlier(_ unit: SourceUnit) -> String? {
    guard let place = earlier[unit.main], place.hasPrefix(folder(of: unit.kind)) else { return nil }
    return place
  }

  /// Gives a unit its place; none to one whose content another one has there already.
  mutating func add(_ unit: SourceUnit, isSame: (SourceUnit, SourceUnit) throws -> Bool) rethrows {
    if let place = findEarlier(unit), owners[Self.key(place)] == nil { return take(place, for: unit) }
    let wanted = folder(of: unit.kind) + (unit.kind == .skill ? skillName(unit) : unit.place)
    guard let first = owners[Self.key(wanted)] else { return take(wanted, for: unit) }
    if try isSame(first, unit) {
      notes.append(.sameContent(source: unit.root, as: first.root))
      return
    }
    let place = otherPlace(unit, wanted)
    notes.append(.placeTaken(source: unit.root, by: first.root, place: place))
    take(place, for: unit)
  }

  private mutating func take(_ place: String, for unit: SourceUnit) {
    owners[Self.key(place)] = unit
    prefixes[unit.main] = place
  }

  private static func key(_ place: String) -> String { UnicodeRules.caseFolded(place) }

  private func folder(of kind: SourceUnit.Kind) -> String {
    switch kind {
    case .skill: ".ai/skills/"
    case .agent: ".ai/agents/"
    case .command: ".ai/prompts/"
    case .rule: ".ai/context/"
    }
  }

  private func skillName(_ unit: SourceUnit) -> String {
    guard unit.root.isEmpty else { return unit.name }
    return heads[unit.main]?.name.flatMap { ScaffoldText.slug($0) } ?? rootName
  }

  /// With the name of the folder above, else with a number.
  private mutating func otherPlace(_ unit: SourceUnit, _ wanted: String) -> String {
    let usual: Set<String> = ["skills", "agents", "commands", "prompts", "rules", "instructions"]
    let above = SourcePath.names(SourcePath.parent(unit.root)).last { !usual.contains($0) }
    let (folder, name) = (SourcePath.parent(wanted), SourcePath.name(wanted))
    if let prefix = above.flatMap({ ScaffoldText.slug($0) }) {
      let place = "\(folder)/\(prefix)-\(name)"
      if owners[Self.key(place)] == nil { return place }
    }
    func place(_ number: Int) -> String {
      unit.kind == .skill ? "\(folder)/\(name)-\(number)" : "\(folder)/\(number)-\(name)"
    }
    var number = nextNumbers[wanted, default: 2]
    while owners[Self.key(place(number))] != nil { number += 1 }
    nextNumbers[wanted] = number + 1
    return place(number)
  }
}
