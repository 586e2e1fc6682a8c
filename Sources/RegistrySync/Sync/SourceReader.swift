import Fetch
import ObjectStore
import RegistryModel

/// Reads the files of one registry, wherever it lies.
///
/// Implementations prove nothing: whoever receives the bytes hashes them.
protocol SourceReader: Sendable {
  /// How a file is called in messages: its URL or path.
  func location(of file: SourceFile) -> String

  /// How the registry is called in messages: the URL of its catalog, or the path of its manifest.
  var address: String { get }

  /// Reads one file once and hands over its bytes in order.
  ///
  /// - Throws: `FetchError`, `SyncError.localSource`, `CancellationError`, and what `receive` throws.
  func read(
    _ file: SourceFile,
    options: ReadOptions,
    receive: (RawSpan) throws -> Void
  ) async throws -> FetchResponse

  /// Copies a file's object as it is stored, where the registry consists of objects.
  ///
  /// `inspect` gets the bytes of what is added, piece by piece; they are valid only when this returns.
  ///
  /// - Returns: False where the bytes of a file have to be read.
  /// - Throws: What is wrong with the object, and what `inspect` throws; nothing was added then.
  func copyObject(
    of file: WantedFile,
    into batch: ObjectBatch,
    inspect: (RawSpan) throws -> Void
  ) throws -> Bool

  /// Whether each file costs a request to somebody else's machine.
  var isRemote: Bool { get }

  /// Readers of the other places that serve the same files, in the order in which they are asked.
  var mirrors: [any SourceReader] { get }

  /// Gives back connections and threads.
  func shutdown() async
}

extension SourceReader {
  var isRemote: Bool { false }

  var address: String { location(of: .manifest) }

  var mirrors: [any SourceReader] { [] }

  func copyObject(
    of file: WantedFile,
    into batch: ObjectBatch,
    inspect: (RawSpan) throws -> Void
  ) throws -> Bool { false }
}

/// A file of a registry.
enum SourceFile: Hashable, Sendable {
  case manifest
  case file(ManifestPath)
  /// What a publisher may offer besides; absent in many registries.
  case offered(OfferedFile)
}

/// How much of a file to accept, and how fresh it must be.
struct ReadOptions: Sendable {
  /// The most bytes to accept.
  var maxBytes: Int64
  /// An entity tag of bytes we hold.
  var etag: String?
  /// Whether caches on the way must ask the origin.
  var bypassCaches = false
}

extension RegistryURL {
  /// How a file of the registry is called in messages.
  func location(of file: SourceFile) -> String {
    switch file {
    case .manifest: manifestURL.description
    case .file(let path): baseFolder + path.description
    case .offered(let file): baseFolder + file.path
    }
  }
}

/// A registry on the web.
struct WebSourceReader: SourceReader {
  let url: RegistryURL
  let transport: any Transport
  let login: Login
  var mirrors: [any SourceReader] = []

  var isRemote: Bool { true }

  var address: String { url.description }

  func location(of file: SourceFile) -> String { url.location(of: file) }

  func read(
    _ file: SourceFile,
    options: ReadOptions,
    receive: (RawSpan) throws -> Void
  ) async throws -> FetchResponse {
    let request = try requestURL(of: file)
    let credential = try login.credential()
    do {
      return try await transport.fetch(
        FetchRequest(
          url: request,
          maxBytes: options.maxBytes,
          etag: options.etag,
          bypassCaches: options.bypassCaches,
          credential: credential
        ),
        receive: receive
      )
    } catch FetchError.bodyTooLarge {
      // It is the policy that has the last word here, not the network.
      throw SyncError.tooLarge(file, location: location(of: file), limit: options.maxBytes)
    }
  }

  private func requestURL(of file: SourceFile) throws -> RequestURL {
    switch file {
    case .manifest: return url.manifestURL
    case .file(let path):
      do { return try url.requestURL(for: path) } catch {
        throw SyncError.invalidURL(location(of: file), error)
      }
    case .offered(let offered):
      do { return try url.requestURL(for: offered) } catch {
        throw SyncError.invalidURL(location(of: file), error)
      }
    }
  }

  func shutdown() async {
    await transport.shutdown()
  }
}

extension SyncError {
  /// The failure of a file that is larger than what its reader was allowed to accept.
  static func tooLarge(_ file: SourceFile, location: String, limit: Int64) -> SyncError {
    switch file {
    case .manifest, .offered: .manifestTooLarge(source: location, limit: limit)
    case .file(let path): .tooLarge(path: path, limit: limit)
    }
  }
}
