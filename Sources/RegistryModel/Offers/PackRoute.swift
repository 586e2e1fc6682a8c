package import ObjectStore

/// The packs that bring the files of a manifest at the lowest cost, in the order in which they are to be fetched.
package struct PackRoute: Equatable, Sendable {
  /// What one request costs besides its bytes: as much as so many bytes more.
  ///
  /// On one connection with sixteen transfers a request takes some 0.3 ms of the client's time, and in a wide network a
  /// sixteenth of a round trip: both are about this many bytes at the rates that go with them.
  package static let requestBytes: Int64 = 16 << 10

  /// How many files a client has to lack before it asks for packs.
  package static let minFiles = 32

  package let packs: [PackList.Pack]
  /// The bytes of all packs, and those that the requests for them count for.
  package let cost: Int64

  /// Finds the route with the lowest cost.
  ///
  /// The cost is the sum over all packs of their bytes and `requestBytes`.
  ///
  /// `isHeld`: Whether the files of a manifest are here; it is asked once for each manifest at most.
  /// `maxBytes`: The most that all packs together may have.
  ///
  /// - Returns: Nil where the list leads nowhere.
  package static func find(
    to target: ObjectID,
    in list: PackList,
    maxBytes: Int64,
    isHeld: (ObjectID) throws -> Bool
  ) rethrows -> PackRoute? {
    var search = RouteSearch(list, to: target)
    while let place = search.next() {
      guard let manifest = place.manifest else { return search.route(from: place, maxBytes: maxBytes) }
      if manifest != target, try isHeld(manifest) { return search.route(from: place, maxBytes: maxBytes) }
      search.follow(manifest, cost: place.cost)
    }
    return nil
  }

  /// What it costs to fetch files one by one: for each `requestBytes` and the mean size of what the packs have.
  package static func cost(ofFiles count: Int, in list: PackList) -> Int64 {
    let packs = list.packs
    let objects = packs.map(\.objects).reduce(0, +)
    let mean = objects == 0 ? 0 : packs.map(\.payloadBytes).reduce(0, +) / objects
    let (cost, isTooMuch) = Int64(count).multipliedReportingOverflow(by: mean + requestBytes)
    return isTooMuch ? .max : cost
  }
}

/// Looks for the cheapest way, beginning at its end: what one has to have for what one wants.
private struct RouteSearch {
  /// A manifest whose files one needs; nil for none.
  struct Place {
    let manifest: ObjectID?
    let cost: Int64

    /// Of two that cost the same the one with the lower id is nearer, so that the route does not depend on chance.
    func isNearer(than other: Place) -> Bool {
      if cost != other.cost { return cost < other.cost }
      guard let manifest, let second = other.manifest else { return manifest == nil }
      return manifest < second
    }
  }

  /// How a place is left towards the target.
  private struct Way {
    var cost: Int64
    var step: PackList.Step?
    var isSettled = false
  }

  private var stepsTo: [ObjectID: [PackList.Step]]
  /// The best way known from each place.
  ///
  /// Sums cannot overflow: a list has at most `PackList.maxSteps` steps of at most `PackList.maxNumber` bytes.
  private var ways: [ObjectID?: Way]

  init(_ list: PackList, to target: ObjectID) {
    stepsTo = Dictionary(grouping: list.steps, by: \.to)
    ways = [target: Way(cost: 0)]
  }

  /// The nearest place that was not looked at yet.
  ///
  /// A list has at most `PackList.maxSteps` steps, so looking at all of them each time takes some milliseconds at most.
  mutating func next() -> Place? {
    var nearest: Place?
    for (manifest, way) in ways where !way.isSettled {
      let place = Place(manifest: manifest, cost: way.cost)
      if nearest.map({ place.isNearer(than: $0) }) ?? true { nearest = place }
    }
    if let nearest { ways[nearest.manifest]?.isSettled = true }
    return nearest
  }

  /// Notes what leads to a place.
  mutating func follow(_ manifest: ObjectID, cost: Int64) {
    for step in stepsTo[manifest] ?? [] {
      let total = cost + (step.pack.map { $0.bytes + PackRoute.requestBytes } ?? 0)
      if let known = ways[step.from], known.isSettled || known.cost <= total { continue }
      ways[step.from] = Way(cost: total, step: step)
    }
  }

  /// The packs from a place to the target, each once; nil where they are too many bytes.
  func route(from place: Place, maxBytes: Int64) -> PackRoute? {
    var packs: [PackList.Pack] = []
    var current = place.manifest
    while let step = ways[current]?.step {
      if let pack = step.pack, !packs.contains(where: { $0.id == pack.id }) { packs.append(pack) }
      current = step.to
    }
    guard packs.map(\.bytes).reduce(0, +) <= maxBytes else { return nil }
    return PackRoute(packs: packs, cost: place.cost)
  }
}
