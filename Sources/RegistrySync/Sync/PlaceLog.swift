package import RegistryModel
import Synchronization

/// What one place of a registry did in one operation.
package struct PlaceUse: Sendable {
  /// The address of its `catalog.yaml`, or the path of its manifest.
  package let url: String
  /// Whether it is a mirror, and not the registry's own address.
  package let isMirror: Bool
  /// Whether the manifest came from here.
  package internal(set) var hasServedManifest = false
  /// How many files came from here by themselves.
  package internal(set) var fileCount = 0
  /// How many packs came from here.
  package internal(set) var packCount = 0
  /// The first failure, and how many there were.
  package internal(set) var failure: (first: any Error, count: Int)?

  /// Where its host says that it is to be found from now on; nil for where it is.
  package internal(set) var movedTo: RegistryURL?

  /// Whether anything that was used came from here.
  package var hasServed: Bool { hasServedManifest || fileCount > 0 || packCount > 0 }
}

/// Notes which places served and which failed, from many tasks at once.
final class PlaceLog: Sendable {
  private struct State: Sendable {
    var uses: [PlaceUse]
    /// The places that are asked last from now on.
    var last: Set<Int> = []
  }

  private let state: Mutex<State>

  init(_ urls: [String]) {
    state = Mutex(
      State(uses: urls.enumerated().map { index, url in PlaceUse(url: url, isMirror: index > 0) })
    )
  }

  var uses: [PlaceUse] { state.withLock { $0.uses } }

  /// The places in the order of the source, those that failed behind the others.
  func order(of places: [PlaceReader]) -> [PlaceReader] {
    let last = state.withLock { $0.last }
    return places.filter { !last.contains($0.index) } + places.filter { last.contains($0.index) }
  }

  func served(_ file: SourceFile, by place: Int) {
    state.withLock { state in
      switch file {
      case .manifest:
        // Only the last one was taken: an earlier one was not the newest, or was refused.
        for index in state.uses.indices { state.uses[index].hasServedManifest = index == place }
      case .file: state.uses[place].fileCount += 1
      case .offered(.pack): state.uses[place].packCount += 1
      case .offered: break
      }
    }
  }

  /// `manifest`: Where the manifest is now.
  func moved(to manifest: RequestURL, place: Int) {
    // try?: an address that no registry may have is none that could be advised.
    let url = try? RegistryURL(ofManifest: manifest)
    state.withLock { $0.uses[place].movedTo = url }
  }

  func failed(_ file: SourceFile, at place: Int, _ error: any Error) {
    let isAbsence = PlaceFailure.isAbsence(error, of: file)
    state.withLock { state in
      if !isAbsence { state.last.insert(place) }
      // What a publisher may offer besides is missing in many places.
      if case .offered = file, PlaceFailure.meansAbsent(error) { return }
      let old = state.uses[place].failure
      state.uses[place].failure = (old?.first ?? error, (old?.count ?? 0) + 1)
    }
  }
}

/// The failure of a registry's own address, with what its mirrors did.
package struct MirroredFailure: Error, Sendable {
  /// Why its own address did not serve.
  package let error: any Error
  /// The mirrors that failed as well, at least one.
  package let mirrors: [PlaceUse]

  /// The failure as it is told: as it is where no mirror failed, or the work was ended.
  static func of(_ error: any Error, _ uses: [PlaceUse]) -> any Error {
    let failed = uses.filter { $0.isMirror && $0.failure != nil }
    return error is CancellationError || failed.isEmpty
      ? error : MirroredFailure(error: error, mirrors: failed)
  }
}
