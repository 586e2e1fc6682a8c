import Formats
import ObjectStore
import Testing

@testable import RegistryModel

struct PackListTests {
  private static func id(_ number: UInt8) -> ObjectID { ObjectID(hashing: [number]) }

  private static func pack(_ number: UInt8, _ bytes: Int64 = 100, objects: Int64 = 10) -> PackList.Pack {
    PackList.Pack(id: id(number), bytes: bytes, objects: objects, payloadBytes: objects * 1000)
  }

  private static let list = PackList([
    .init(to: id(1), from: nil, pack: pack(11)), .init(to: id(2), from: id(1), pack: nil),
    .init(to: id(1), from: id(2), pack: pack(12)),
  ])

  // MARK: The text

  @Test func writtenListReadsBack() throws {
    #expect(try PackList.parse(Self.list.encode()) == Self.list)
    #expect(try PackList.parse(PackList().encode()) == PackList())
    #expect(Self.list.packs.map(\.id) == [Self.id(11), Self.id(12)])
  }

  @Test func longestListFitsIntoItsSize() throws {
    let step = PackList.Step(
      to: Self.id(1),
      from: Self.id(2),
      pack: .init(
        id: Self.id(3),
        bytes: PackList.maxNumber,
        objects: PackList.maxNumber,
        payloadBytes: PackList.maxNumber
      )
    )
    let longest = PackList(Array(repeating: step, count: PackList.maxSteps))
    #expect(try PackList.parse(longest.encode()) == longest)
    #expect(throws: TextProblem.self) {
      try PackList.parse(PackList(longest.steps + [step]).encode())
    }
  }

  @Test(arguments: [
    ("\"packs_version\": \"1\"", "\"packs_version\": \"2\""), ("\"bytes\": 100", "\"bytes\": 0"),
    ("\"bytes\": 100", "\"bytes\": 1.5"), ("\"bytes\": 100", "\"bytes\": 1e300"),
    ("\"bytes\": 100", "\"bytes\": -1"), ("\"bytes\": 100", "\"bytes\": \"100\""),
    ("\"bytes\": 100", "\"bytes\": 2251799813685248"), ("\"objects\": 10,", ""),
    ("\"objects\": 10", "\"objects\": 0"),
    ("\"from\": null,", ""), ("\"from\": null", "\"from\": 1"),
    ("\"from\": null", "\"from\": null, \"x\": 1"),
    ("\"pack\": null", "\"pack\": \"x\""), ("\"payload_bytes\": 0", "\"payload_bytes\": 1"),
    ("\"packs\": [", "\"packs\": [{},"), ("\"from\": null", "\"from\": \"\(id(1))\""),
  ])
  func anythingElseIsRefused(text: String, other: String) {
    let written = String(decoding: Self.list.encode(), as: UTF8.self)
    #expect(written.contains(text))
    #expect(throws: TextProblem.self) {
      try PackList.parse(Array(Self.replaceFirst(text, with: other, in: written).utf8))
    }
  }

  private static func replaceFirst(_ text: String, with other: String, in whole: String) -> String {
    guard let range = whole.firstRange(of: text) else { return whole }
    return whole[..<range.lowerBound] + other + whole[range.upperBound...]
  }

  // MARK: Routes

  private func route(
    to target: UInt8,
    _ steps: [PackList.Step],
    holding held: UInt8...,
    maxBytes: Int64 = 1 << 40
  ) -> [ObjectID]? {
    PackRoute.find(to: Self.id(target), in: PackList(steps), maxBytes: maxBytes) { id in
      held.contains { Self.id($0) == id }
    }?.packs.map(\.id)
  }

  @Test func cheapestWayIsTaken() {
    let steps: [PackList.Step] = [
      .init(to: Self.id(3), from: nil, pack: Self.pack(13, 1_000_000)),
      .init(to: Self.id(3), from: Self.id(2), pack: Self.pack(23, 5_000)),
      .init(to: Self.id(3), from: Self.id(1), pack: Self.pack(33, 90_000)),
      .init(to: Self.id(2), from: Self.id(3), pack: Self.pack(32, 7_000)),
      .init(to: Self.id(1), from: Self.id(2), pack: Self.pack(21, 8_000)),
    ]
    #expect(route(to: 3, steps) == [Self.id(13)])
    #expect(route(to: 3, steps, holding: 2) == [Self.id(23)])
    #expect(route(to: 3, steps, holding: 1) == [Self.id(33)])
    #expect(route(to: 3, steps, holding: 1, 2) == [Self.id(23)])
    #expect(route(to: 1, steps) == [Self.id(13), Self.id(32), Self.id(21)])
    #expect(route(to: 1, steps, holding: 3) == [Self.id(32), Self.id(21)])
    #expect(route(to: 9, steps) == nil)
    // Holding what is wanted is no way to it: something of it is missing.
    #expect(route(to: 3, steps, holding: 3) == [Self.id(13)])
  }

  @Test func requestsCountToo() {
    let steps: [PackList.Step] = [
      .init(to: Self.id(3), from: Self.id(2), pack: Self.pack(23, 10)),
      .init(to: Self.id(2), from: Self.id(1), pack: Self.pack(12, 10)),
      .init(to: Self.id(1), from: nil, pack: Self.pack(1, 10)),
      .init(to: Self.id(3), from: nil, pack: Self.pack(3, PackRoute.requestBytes)),
    ]
    #expect(route(to: 3, steps) == [Self.id(3)])
  }

  @Test func whatNeedsNoPackCostsNothing() {
    let steps: [PackList.Step] = [
      .init(to: Self.id(2), from: Self.id(1), pack: nil),
      .init(to: Self.id(1), from: nil, pack: Self.pack(11)),
    ]
    #expect(route(to: 2, steps) == [Self.id(11)])
    #expect(route(to: 2, steps, holding: 1) == [])
  }

  @Test func packsBeyondTheLimitAreNoWay() {
    let steps = [PackList.Step(to: Self.id(1), from: nil, pack: Self.pack(11, 1001))]
    #expect(route(to: 1, steps, maxBytes: 1001) == [Self.id(11)])
    #expect(route(to: 1, steps, maxBytes: 1000) == nil)
  }

  @Test(.timeLimit(.minutes(1))) func circlesEnd() {
    var steps: [PackList.Step] = []
    for number in 0..<UInt8(250) {
      steps.append(.init(to: Self.id(number), from: Self.id(number + 1), pack: Self.pack(1)))
      steps.append(.init(to: Self.id(number + 1), from: Self.id(number), pack: nil))
    }
    #expect(route(to: 0, steps) == nil)
  }

  @Test func filesCostTheirRequestsAndTheirMeanSize() {
    #expect(PackRoute.cost(ofFiles: 3, in: Self.list) == 3 * (1000 + PackRoute.requestBytes))
    #expect(PackRoute.cost(ofFiles: 3, in: PackList()) == 3 * PackRoute.requestBytes)
    #expect(PackRoute.cost(ofFiles: .max, in: Self.list) == .max)
  }
}
