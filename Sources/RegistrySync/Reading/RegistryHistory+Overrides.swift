import Disk
import Formats
package import ObjectStore
import Refs

extension RegistryHistory {
  /// The longest time, in seconds, between making a snapshot and writing the line that puts it in use.
  private static let longestCommit: Int64 = 10

  /// The names of the refusals that were set aside when snapshots were put in use, as the reflog says.
  ///
  /// It is read back to the lines that put them in use for the first time: no line before can name them. Where there is
  /// no such line, all of it is read.
  ///
  /// - Throws: `RefError`.
  package func overrides(of entries: [Entry]) throws -> [ObjectID: [String]] {
    let times = entries.compactMap { entry in
      // try?: a snapshot with another time than a sync writes has no first line that is known as such.
      (try? Timestamp(parsing: entry.snapshot.syncedAt)).map { (entry.id, $0.secondsSince1970) }
    }
    let made = Dictionary(times) { first, _ in first }
    var waiting = Set(entries.map(\.id))
    let shown = waiting
    var used: [ObjectID: [String]] = [:]
    var end = Int64.max
    _ = try findLine { line in
      let seconds = line.note.seconds
      // Another line may have been written in the seconds since.
      if waiting.isEmpty, seconds < end { return true }
      guard shown.contains(line.new) else { return false }
      used[line.new, default: []] += line.note.facts.overrides
      if let made = made[line.new], made...made.addingClamped(Self.longestCommit) ~= seconds {
        waiting.remove(line.new)
        end = min(end, made)
      }
      return false
    }
    return used
  }
}
