import SystemPackage

@testable import Disk

extension FuzzEntry {
  static let disk: [FuzzEntry] = [
    FuzzEntry("mountinfo") { bytes in
      // A line for this process, then those of two others.
      let table = MountTable(own: bytes.text(0), others: [bytes.text(1), bytes.text(2)])
      for folder in ["/", "/srv/project/.ai/registry-cache", "/srv/two words"] {
        _ = table.place(of: .init(folder))
      }
      return nil
    },
    FuzzEntry("owner-file") { bytes in
      guard let owner = FileOwner(String(decoding: bytes, as: UTF8.self)) else { return nil }
      // Of another machine nothing is known, whatever the file says.
      var elsewhere = owner
      elsewhere.machine = "another " + owner.machine
      elsewhere.boot = "another " + owner.boot
      if owner.isGone(for: elsewhere) { return "a process of another machine counts as gone" }
      _ = owner.isGone(for: .current)
      return violation("an owner has two forms", unless: FileOwner(owner.description) == owner)
    },
  ]
}
