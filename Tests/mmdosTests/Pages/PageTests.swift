import Foundation
import TestServers
import TestSupport
import Testing

/// The commands of README, tutorial and how-to pages, run in order in an empty folder.
@Suite(.enabled(if: NginxServer.isAvailable, "nginx and openssl are needed"), .timeLimit(.minutes(10)))
struct PageTests {
  @Test(arguments: try Page.allPaths())
  func everyCommandDoesWhatThePageSays(path: String) async throws {
    let page = try Page(path)
    #expect(page.blocks.contains { !$0.isHidden && !$0.isBuild })
    #expect(page.strays == [], "in no block that is run")
    let run = try await PageRun(page)
    let said = run.outputs.max { $0.key < $1.key }?.value.joined(separator: "\n") ?? ""
    #expect(run.result.exitCode == 0, "\(run.place): \(run.result.error)\n\(said)")
    for (index, block) in page.blocks.enumerated() {
      if block.isFollowing { expectPrinted(block, in: run, before: index, path) }
      guard let stated = block.output, let printed = run.outputs[index] else { continue }
      let difference = PageOutput.firstDifference(of: printed, from: stated)
      let all = printed.joined(separator: "\n")
      #expect(difference == nil, "\(path):\(block.line): not as printed:\n\(all)")
    }
  }

  /// A block that follows advice has only commands that a block before it printed.
  private func expectPrinted(_ block: Page.Block, in run: PageRun, before index: Int, _ path: String) {
    let printed = (0..<index).compactMap { run.outputs[$0] }.joined()
    for command in block.commands where command.hasPrefix("mmdos ") {
      let isPrinted = printed.contains { HintList.advises($0, command) }
      #expect(isPrinted, "\(path):\(block.line): nobody said '\(command)'")
    }
  }

  @Test func commandThatFailsAndOutputThatDiffersAreFound() {
    let printed = ["web: synced version 1.0.0, snapshot 0123456789ab", "  3 added, 20 ms"]
    func difference(_ stated: String...) -> String? { PageOutput.firstDifference(of: printed, from: stated) }
    #expect(difference("web: synced version 1.0.0, snapshot ba9876543210", "  3 added, 7.5 s") == nil)
    #expect(difference("web: synced …, snapshot 0123456789ab", "…") == nil)
    #expect(difference("…", "  3 added, 1 ms") == nil)
    #expect(difference("…", "  4 added, 20 ms") == "  4 added, 20 ms")
    #expect(difference("web: synced version 1.1.0, snapshot …", "…") != nil)
    #expect(difference("web: synced version 1.0.0, snapshot …") != nil)
    #expect(difference("…", "  3 added, 20 ms", "more") == "more")
  }
}
