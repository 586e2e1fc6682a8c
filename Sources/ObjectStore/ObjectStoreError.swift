package import Disk
package import SystemPackage

/// An error of the object store.
package enum ObjectStoreError: Error, Equatable, Sendable {
  /// Why an object's bytes do not match its id.
  package enum Damage: Equatable, Sendable {
    /// The object's file is not exactly one zlib stream of at most the allowed size.
    case encoding(InflateProblem)
    /// The payload hashes to another id.
    case wrongHash(found: ObjectID)
    /// The payload's size differs from the one that its tree states, in bytes.
    case wrongSize(expected: Int64, found: Int64)
    /// A link, folder or special file has the name of the object's file.
    case wrongKind
  }

  /// Why a payload is not a canonical tree or snapshot.
  package enum Malformation: Error, Equatable, Sendable {
    /// The first line does not name the kind of payload.
    case missingHeader
    /// The last line has no newline.
    case missingFinalNewline
    /// A line, counted from 1, that the encoder would not have written.
    case badLine(Int)
    /// A name that does not sort after the one before it, by bytes.
    case unsortedName(line: Int)
    /// A name that is not allowed in a tree.
    case badName(line: Int)
    /// A folder's stated size differs from the sum of its content, in bytes.
    case wrongTotal(folder: String, stated: Int64, found: Int64)
    /// Folders are nested deeper than `Tree.maximumDepth`.
    case tooDeep
    /// The payload has more bytes than its kind may have.
    case tooLarge(limit: Int64)
    /// More entries below one root than `TreeWalk.maximumEntries`: subtrees are repeated many times.
    case tooManyEntries(limit: Int)
  }

  /// Neither the store nor an alternate has the object.
  case missing(ObjectID)

  /// A file of the object exists, but its bytes do not match the id; none of them was handed out.
  case corrupt(ObjectID, FilePath, Damage)

  /// A verified payload is not the tree or snapshot that it is used as.
  case malformed(ObjectID, Malformation)

  /// A value is not allowed in a tree or snapshot.
  case unencodable(field: String)

  /// Two paths of one tree conflict: they are equal, or one is a folder and a file.
  case collidingPaths(String, String)

  /// Bytes that were expected to hash to `expected` hashed to something else.
  case wrongContent(expected: ObjectID, found: ObjectID)

  /// The folder holds objects but no format marker, or a marker of another format.
  case unknownFormat(FilePath, found: String?)

  /// A line of `info/shallow`, counted from 1, that mmdos would not have written.
  case malformedShallow(FilePath, line: Int)

  /// A system call failed.
  case disk(DiskError)
}

extension ObjectStoreError {
  /// Whether only this copy of the object is bad, so that another copy may be tried.
  ///
  /// Failures to write are not, as they do not depend on the copy.
  package var isOfOneCopy: Bool {
    switch self {
    case .corrupt: true
    case .disk(let error): [.open, .read, .inspect].contains(error.operation) && !error.isOfTheProcess
    default: false
    }
  }

  /// Whether only this object cannot be had, so that others can.
  var isOfOneObject: Bool {
    if case .missing = self { true } else { isOfOneCopy }
  }

  /// Runs disk calls and wraps their errors in `.disk`.
  static func wrapping<Result: ~Copyable>(
    _ body: () throws(DiskError) -> Result
  ) throws(ObjectStoreError) -> Result {
    do { return try body() } catch { throw .disk(error) }
  }
}
