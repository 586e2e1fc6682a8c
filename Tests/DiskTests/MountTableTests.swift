import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Disk

@Suite(.timeLimit(.minutes(1))) struct MountTableTests {
  private static let own = """
    20 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
    21 20 8:2 / /srv rw - ext4 /dev/sda2 rw
    22 20 8:1 /home/me/p/.ai/registry-cache/sample /mnt/my\\040view rw - ext4 /dev/sda1 rw
    23 20 0:40 / /home/me/p/.ai/registry-cache/volatile rw - tmpfs tmpfs rw
    24 20 8:2 /data /opt rw - ext4 /dev/sda2 rw

    """
  private static let container = """
    90 80 0:60 / / rw - overlay overlay rw
    91 90 8:1 /home/me/p/.ai/registry-cache/other/catalog /app/catalog ro - ext4 /dev/sda1 rw
    92 90 8:2 /project/view /app/view ro - ext4 /dev/sda2 rw
    93 90 8:2 /project/removed//deleted /app/removed ro - ext4 /dev/sda2 rw
    """
  private let table = MountTable(own: own, others: [own, container, "", "nonsense"])

  @Test(arguments: [
    ("/home/me/p/.ai/registry-cache/sample", "/mnt/my view"),
    ("/home/me/p/.ai/registry-cache/volatile", "/home/me/p/.ai/registry-cache/volatile"),
    ("/home/me/p/.ai/registry-cache/other", "/app/catalog"),
    ("/srv/project/view", "/app/view"),
    ("/opt", "/opt"),
  ])
  func mountedFolderIsFound(folder: String, place: String) {
    #expect(table.place(of: .init(folder))?.string == place)
  }

  @Test(arguments: [
    "/home/me/p/.ai/registry-cache/sample2", "/home/me/p/.ai/registry-cache/samp", "/project/view",
    "/srv/project/removed", "/mnt/my view/catalog", "/home/you/p",
  ])
  func otherFoldersAreNotMounted(folder: String) {
    #expect(table.place(of: .init(folder)) == nil)
  }

  /// What a process in another namespace mounted is seen, as before a namespace was read once only.
  @Test func mountOfAnotherNamespaceIsFound() throws {
    let scratch = try ScratchFolder("mountOfAnotherNamespaceIsFound")
    let (inner, place) = (try scratch.makeFolder("inner"), try scratch.makeFolder("place"))
    let mount = "mount --bind '\(inner)' '\(place)' && echo ready && exec sleep 60"
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["--mount", "--propagation", "private", "sh", "-c", mount]
    let output = Foundation.Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer { process.terminate() }
    // Waits for the word, or for the end of the process: only root may make a namespace.
    guard !output.fileHandleForReading.availableData.isEmpty else { return }
    let found = try #require(try RealPath.of(Folder.open(inner)))
    #expect(MountTable().place(of: found) == place)
  }

  @Test func withoutMountsNothingIsMounted() {
    #expect(MountTable(own: "", others: []).place(of: "/") == nil)
  }
}
