import Disk
import ObjectStore
import SystemPackage
import TestSupport

@testable import Refs

extension FuzzEntry {
  static let refs: [FuzzEntry] = [
    FuzzEntry("reflog") { bytes in
      guard let scratch = try? ScratchFolder("fuzz-reflog"), (try? scratch.write("log", bytes)) != nil,
        let folder = try? Folder.open(scratch.path)
      else { return "no scratch folder" }
      // The ref's value is that of the last whole line, as after a change that went through.
      let last = bytes.split(separator: UInt8(ascii: "\n")).last.flatMap(ReflogEntry.decode)
      for value in [last?.new, ObjectID(hashing: []), nil] {
        guard let file = try? folder.findFile("log") else { return "no file" }
        guard let log = try? Reflog(file, value: value), let entries = try? log.entries else { continue }
        let text = entries.reversed().flatMap { $0.encode() }
        guard log.confirmedLength <= bytes.count, text == Array(bytes.prefix(Int(log.confirmedLength))) else {
          return "the entries are not the bytes they were read from"
        }
      }
      return nil
    },
    FuzzEntry("pending-record") { bytes in
      guard let record = PendingRecord.decode(bytes) else { return nil }
      return violation(
        "a written record is another one",
        unless: PendingRecord.decode(record.encode()) == record
      )
    },
    FuzzEntry(text: "revision") { text in
      guard let revision = try? Revision(parsing: text) else { return nil }
      return violation(
        "more steps than the limit",
        unless: (0...Revision.maximumSteps).contains(revision.steps)
      )
    },
    FuzzEntry(text: "ref-name") { text in
      guard let name = try? RefName(parsing: text) else { return nil }
      return violation("a ref has two names", unless: name.description.utf8.elementsEqual(text.utf8))
    },
    FuzzEntry("ref") { bytes in
      guard let id = RefStore.decode(bytes) else { return nil }
      return violation("the file of a ref has two forms", unless: RefStore.encode(id) == bytes)
    },
  ]
}
