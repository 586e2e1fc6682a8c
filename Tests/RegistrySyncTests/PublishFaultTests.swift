import Disk
import Formats
import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// Every changing call of a publication fails, and the power goes at every one of them: the folder has one manifest or
/// the other, all that leads to it, and the next publication ends well.
@Suite(.timeLimit(.minutes(10))) struct PublishFaultTests {
  private static let files = (0..<3).map { "catalog/.ai/skills/\($0).md" }

  private func fields(_ version: String) -> Publisher.Fields {
    var fields = Publisher.Fields()
    (fields.registryName, fields.publisher, fields.version) = ("test", "Test", version)
    return fields
  }

  private func write(_ seed: String, in scratch: ScratchFolder) throws {
    try scratch.write(
      "site/catalog.yaml",
      text: "catalog:\n  version: \"1\"\n  description: \"d\"\n  plugins: []\n"
    )
    for file in Self.files.dropLast() { try scratch.write("site/\(file)", text: "\(file) of \(seed)\n") }
    try scratch.write("site/\(Self.files[2])", text: "the same\n")
  }

  private func publish(_ version: String, _ scratch: ScratchFolder, _ disk: any Disk) throws {
    try write(version, in: scratch)
    _ = try Publisher(scratch.path.appending("site"), disk: disk).publish(fields(version))
  }

  @Test(
    arguments: [
      (UnsyncedJournal.Contents.lost, UnsyncedJournal.Names.undone), (.torn, .kept),
    ]
  )
  func powerCutAtAnyCallLeavesAWholeFolder(
    _ loss: (UnsyncedJournal.Contents, UnsyncedJournal.Names)
  ) throws {
    var n = 0
    while true {
      n += 1
      let scratch = try ScratchFolder("PublishFault")
      try publish("1.0.0", scratch, PosixDisk())
      let disk = FaultyDisk(aside: try Folder.open(scratch.makeFolder("aside")))
      disk.arm(.from(n, .ioError))
      // Which call fails decides what is thrown; what matters is the folder it leaves.
      _ = try? publish("1.1.0", scratch, disk)
      let isOver = disk.callCount < n
      try disk.powerCut(contents: loss.0, names: loss.1)
      try check(scratch, "power went at \(n)")
      if isOver { break }
    }
    #expect(n > 10, "only \(n) calls")
  }

  /// The manifest is one of the two, and every step of the list is true of the packs that are there.
  private func check(_ scratch: ScratchFolder, _ note: Comment) throws {
    let folder = try Folder.open(scratch.path.appending("site"))
    let offers = OfferFolder(folder: folder, disk: PosixDisk())
    let manifest = try Manifest.parse(scratch.read("site/manifest.json"), rules: .held)
    #expect(["1.0.0", "1.1.0"].contains(manifest.version.description), note)
    var problems: [PublishProblem] = []
    let (releases, list) = (try offers.readReleases(&problems), try offers.readList(&problems))
    #expect(problems == [], note)
    #expect(try offers.checkPacks(list, limits: Limits()) == [], note)
    #expect(list.steps.contains { $0.from == nil }, note)
    // The next one ends well, and from its full pack every release that stays can be had.
    try publish("1.2.0", scratch, PosixDisk())
    let next = try offers.readList(&problems)
    let newest = ObjectID(hashing: try scratch.read("site/manifest.json"))
    for release in releases {
      let route = PackRoute.find(to: release.id, in: next, maxBytes: 1 << 30) { _ in false }
      #expect(route != nil, "\(note): no way to \(release.version)")
    }
    #expect(next.steps.contains { $0.to == newest && $0.from == nil }, note)
    let named = Set(next.packs.map { "\($0.id).pack" })
    let packs = try FileManager.default.contentsOfDirectory(atPath: folder.path.string + "/packs")
    #expect(Set(packs) == named, note)
    #expect(
      try Publisher(folder.path, disk: PosixDisk()).check(Publisher.Fields()).packs.count == named.count
    )
  }
}
