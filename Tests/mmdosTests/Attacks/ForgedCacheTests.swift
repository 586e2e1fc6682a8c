import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// Every file of a cache forged in turn, then every command: nothing that nobody vouches for gets out of the cache.
@Suite(.timeLimit(.minutes(30))) struct ForgedCacheTests {
  /// Commands that only read; nothing changes by them.
  private static let reading = [
    ["registry", "list"], ["registry", "status"], ["registry", "show", "web"], ["registry", "log", "web"],
    ["registry", "ls", "web"], ["registry", "diff", "web"], ["registry", "verify", "web"],
    ["registry", "lock"],
    ["registry", "lock", "--check"], ["fsck"], ["plugin", "list"], ["plugin", "status"],
    ["registry", "trust", "verify"], ["catalog", "status"],
  ]

  /// Those of them that look at objects and views.
  private static let looking = [
    ["registry", "verify", "web"], ["registry", "ls", "web"], ["fsck"], ["registry", "list"],
  ]

  /// Commands that show what could be installed: there nothing of the attacker's may be seen.
  private static let showing = [
    ["catalog", "list", "--source", "remote:web"], ["catalog", "search", "demo", "--source", "remote:web"],
    ["catalog", "show", "demo", "--source", "remote:web"],
  ]

  /// Commands that write, in an order in which each may spoil what the next relies on.
  private static let writing = [
    ["catalog", "install", "demo", "--source", "remote:web", "--approved"],
    ["registry", "pin", "web", "--approved"], ["registry", "checkout", "web", "latest", "--approved"],
    ["registry", "export", "web", "../bundle", "--force"],
    ["registry", "sync", "web", "--approved", "--offline"],
    ["registry", "sync", "web", "--approved", "--locked"],
    ["registry", "verify", "web", "--repair", "--approved"], ["registry", "sync", "web", "--approved"],
    ["plugin", "update", "demo", "--approved"], ["registry", "unpin", "web", "--approved"],
    ["registry", "cache", "clear", "--unreachable", "--approved"],
    ["catalog", "install", "demo", "--source", "remote:web", "--approved", "--force"],
  ]

  @Test(
    arguments: ForgedCacheStage.Kind.allCases,
    [(false, false), (true, true)]
  )
  func nothingUnvouchedLeavesTheCache(
    kind: ForgedCacheStage.Kind,
    keys: (project: Bool, otherMachine: Bool)
  ) async throws {
    let stage = try await ForgedCacheStage(
      kind,
      projectKey: keys.project,
      otherMachine: keys.otherMachine,
      "forged \(kind) \(keys)"
    )
    // The server ends with its last reference.
    defer { withExtendedLifetime(stage) {} }
    let outside = try stage.outside()
    let forgeries = try stage.forgeries()
    #expect(forgeries.count > 20)
    for forgery in forgeries {
      try stage.plant(forgery)
      try await read(stage, forgery)
      try await write(stage, forgery)
      #expect(try stage.outside() == outside, "\(forgery.name)")
    }
  }

  private func read(_ stage: ForgedCacheStage, _ forgery: ForgedCacheStage.Forgery) async throws {
    let before = try stage.project.state(.everything)
    // An object or a view file is one kind of thing each; the commands that look at these are enough there.
    for words in (forgery.isHint ? Self.reading : Self.looking) + Self.showing {
      let result = try await stage.project.run(words)
      #expect(!result.isTimedOut && result.exitCode < 100, "\(forgery.name): \(words)")
      guard Self.showing.contains(words) else { continue }
      let said = result.output + result.error
      #expect(!said.contains(ForgedCacheStage.mark), "\(forgery.name): \(words): \(said)")
    }
    let changed = try stage.project.state(.everything).differences(from: before)
    #expect(changed == [], "\(forgery.name)")
  }

  private func write(_ stage: ForgedCacheStage, _ forgery: ForgedCacheStage.Forgery) async throws {
    for words in Self.writing {
      let result = try await stage.project.run(words)
      #expect(!result.isTimedOut && result.exitCode < 100, "\(forgery.name): \(words)")
      // A forged view stands until a command writes it anew; nothing is ever read from it.
      let traces = try stage.traces(besidesView: forgery.isInView && words[1] != "sync")
      #expect(traces == [], "\(forgery.name): \(words): \(result.output)\(result.error)")
    }
    if let bundle = FileManager.default.contents(
      atPath: stage.project.scratch.path.appending("bundle").string
    ) {
      #expect(bundle.range(of: Data("\(stage.evil)".utf8)) == nil, "\(forgery.name)")
    }
  }
}
