package import Disk
package import SystemPackage

/// What went wrong in the object store.
package enum ObjectStoreError: Error, Equatable, Sendable {
  /// Why an object's bytes are not what its id says.
  package enum Damage: Equatable, Sendable {
    /// The object file is not one whole zlib stream of at most the size allowed.
    case encoding(InflateProblem)
    /// The payload hashes to another id.
    case wrongHash(found: ObjectID)
    /// The payload has another size than its tree states, in bytes.
    case wrongSize(expected: Int64, found: Int64)
    /// A link, folder or special file stands where the object's file should.
    case wrongKind
  }

  /// Why a payload is not a canonical tree or snapshot.
  package enum Malformation: Error, Equatable, Sendable {
    /// The first line does not say what it is.
    case missingHeader
    /// The last line does not end.
    case missingFinalNewline
    /// A line, counted from 1, that would not be written so.
    case badLine(Int)
    /// A name that does not come after the one before it, by bytes.
    case unsortedName(line: Int)
    /// A name that no tree may hold.
    case badName(line: Int)
    /// A folder's stated size is not the sum of what is beneath, in bytes.
    case wrongTotal(folder: String, stated: Int64, found: Int64)
    /// More folders in one another than `Tree.maximumDepth`.
    case tooDeep
    /// More bytes than a payload of its kind may have.
    case tooLarge(limit: Int64)
    /// More names below one root than `TreeWalk.maximumEntries`: trees that name one another many times.
    case tooManyEntries(limit: Int)
  }

  /// No place holds the object.
  case missing(ObjectID)

  /// An object is there, but its bytes do not prove its id; nothing of it was handed out.
  case corrupt(ObjectID, FilePath, Damage)

  /// A proven payload is not the tree or snapshot that it is used as.
  case malformed(ObjectID, Malformation)

  /// A value cannot stand in a tree or snapshot.
  case unencodable(field: String)

  /// Two paths of one tree collide: equal, or one is a folder and a file.
  case collidingPaths(String, String)

  /// Bytes that were to become the object `expected` hashed to something else.
  case wrongContent(expected: ObjectID, found: ObjectID)

  /// The folder holds objects but no format marker, or the marker is not ours.
  case unknownFormat(FilePath, found: String?)

  /// A line of `info/shallow`, counted from 1, that mmdos would not have written.
  case malformedShallow(FilePath, line: Int)

  /// The disk failed.
  case disk(DiskError)
}

extension ObjectStoreError {
  /// Whether only one copy of the object is bad, so that another may still do.
  ///
  /// What failed to *write* is ours and not the copy's fault.
  package var isOfOneCopy: Bool {
    switch self {
    case .corrupt: true
    case .disk(let error): [.open, .read, .inspect].contains(error.operation) && !error.isOfTheProcess
    default: false
    }
  }

  /// Runs disk calls, so that their failures are of this module's kind.
  static func wrapping<Result: ~Copyable>(
    _ body: () throws(DiskError) -> Result
  ) throws(ObjectStoreError) -> Result {
    do { return try body() } catch { throw .disk(error) }
  }
}
