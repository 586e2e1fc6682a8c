import TestSupport

/// Compares what a command did with a forged cache with what it does without.
struct ForgeryFindings {
  let lane: ForgingLane
  let forgery: Forgery
  let command: ForgedCommand
  let before: FolderImage
  let found: ForgingLane.Expected
  /// Nil where it does not matter.
  let expected: ForgingLane.Expected?

  private static let cache = ForgingLane.cache + "/"
  private static let view = ForgingLane.cache + "/web/"

  /// What must not be; empty when all is well.
  var all: [String] { ending + changes + words + view + recovery }

  private var ending: [String] {
    let result = found.result
    return result.isTimedOut || result.exitCode >= 128 || result.exitCode < 0
      ? ["ended with \(result.exitCode)\(result.isTimedOut ? " after the time limit" : "")"] : []
  }

  private var changes: [String] {
    found.image.differences(from: before).compactMap { path in
      if path == "states/mmdos" || path == ForgingLane.machineKey { return nil }
      if command.kind == .reading { return "a command that reads changed \(path)" }
      if path.hasPrefix(Self.cache) || path + "/" == Self.cache { return nil }
      if let bytes = found.image.bytes(path), let mark = Self.mark(in: bytes) {
        return "'\(mark)' reached \(path)"
      }
      // Named by ids of what has the time of publication in it, or made of such names.
      if path.hasPrefix("folder/releases/") || path.hasPrefix("folder/packs") { return nil }
      return Self.isSame(found.image[path], expected?.image[path], path)
        ? nil : "\(path) is not as it would be"
    }
  }

  /// Nothing forged is printed as what is in use; reports may name it, but say what it is.
  private var words: [String] {
    let result = found.result
    guard let mark = Self.mark(in: result.outputBytes) else { return [] }
    if command.speaksForUse { return ["'\(mark)' is printed as content in use"] }
    let isSaid =
      result.exitCode != 0 || !result.error.isEmpty || result.output.contains("would")
      || result.output.replacing(/"(latest_)?doubt": null/, with: "").contains("doubt")
    return isSaid ? [] : ["'\(mark)' is printed without a word of doubt"]
  }

  /// What a command writes into the view is what it writes there without a forgery, or what was there before.
  private var view: [String] {
    var all = found.image.differences(from: before).filter { path in
      guard path.hasPrefix(Self.view), let entry = found.image[path] else { return false }
      return !Self.isSame(entry, expected?.image[path], path) && !Self.isSame(entry, lane.honest[path], path)
    }
    if command.kind == .building, found.result.exitCode == 0, let expected {
      let should = expected.image.below(ForgingLane.cache + "/web")
      let real = found.image.below(ForgingLane.cache + "/web")
      all += Set(should.keys).union(real.keys).filter { should[$0] != real[$0] }
    }
    return all.isEmpty ? [] : ["the view has other content: \(all.sorted().prefix(3))"]
  }

  /// A copied cache only costs time.
  private var recovery: [String] {
    // Beside a lockfile that is ahead, what is here is older than what was seen: without vouchers it is a rollback.
    guard forgery.kind == .copied, lane.setting.registry != .behind else { return [] }
    guard let code = expected?.result.exitCode, found.result.exitCode != code else { return [] }
    // Nor does anything speak for the newest of an unsigned registry whose lock entry is pinned to another one.
    let isUnbelieved = found.result.error.contains("nothing shows that snapshot")
    if lane.setting.registry == .pinnedUnsigned, found.result.exitCode == 3, isUnbelieved { return [] }
    return ["ended with \(found.result.exitCode) and not \(code)"]
  }

  private static func mark(in bytes: [UInt8]) -> String? {
    // Decoded once: searching bytes is slow where tests are not optimised.
    let text = String(decoding: bytes, as: UTF8.self)
    return ForgedRegistry.marks.first { text.contains($0) }
  }

  /// Whether two files are the same but for times, and codes over these.
  private static func isSame(_ one: FolderImage.Entry?, _ other: FolderImage.Entry?, _ path: String) -> Bool {
    if one == other { return true }
    guard case .file(let bytes, let mode)? = one, case .file(let others, mode)? = other else { return false }
    // A new key is another one each time.
    if path.hasSuffix("registry-signing-key") { return bytes.count == others.count }
    return withoutTimes(bytes) == withoutTimes(others)
  }

  private static func withoutTimes(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
      .replacing(/20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/, with: "TIME")
      .replacing(/"(signature|entry_hmac)": "[0-9a-f]+"/) { "\"\($0.output.1)\": CODE" }
  }
}
