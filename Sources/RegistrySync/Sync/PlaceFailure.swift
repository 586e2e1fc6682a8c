import Disk
import Fetch
import Formats
import ObjectStore
import RegistryModel
import SystemPackage

/// Which failures of one place lead to the next one.
enum PlaceFailure {
  /// Whether another place may have what this one did not give; any other failure is this machine's, the user's or the
  /// publisher's, and the same everywhere.
  static func sendsOn(_ error: any Error, _ file: SourceFile, isOwn: Bool) -> Bool {
    switch error {
    // Whoever has no packs says so, and nobody else is asked for them.
    case let error as FetchError where isOwn && file == .offered(.packList) && error.isAbsence: false
    case FetchError.shutDown, FetchError.httpLibrary, FetchError.certificateFile: false
    case is FetchError, is PackProblem, is TextProblem: true
    case let error as SyncError: sendsOn(error)
    case ReadingError.invalidManifest: true
    case ReadingError.untrusted(_, let refusal): sendsOn(refusal, isOwn: isOwn)
    case ObjectStoreError.wrongContent: true
    // The login for a mirror, which is looked up when the mirror is asked.
    case UserConfigurationError.credential: !isOwn
    default: false
    }
  }

  private static func sendsOn(_ error: SyncError) -> Bool {
    switch error {
    case .wrongContent, .pageInsteadOfManifest, .manifestTooLarge, .unexpectedManifest, .invalidURL: true
    // Bytes that were not proven yet may be anything: a program, or more than all files together may have.
    case .refusedContent, .tooLarge: true
    case .unprovenMirror, .notAsLocked(_, .otherManifest): true
    case .localSource, .notHeld, .audit, .notAsLocked: false
    }
  }

  /// Whether a mirror may have a manifest that is taken.
  ///
  /// A mirror signs nothing: two signed contents of one version are the publisher's own, and asking elsewhere would only
  /// hide it. What the policy asks of the publisher is not asked of mirrors either.
  private static func sendsOn(_ refusal: TrustRefusal, isOwn: Bool) -> Bool {
    if case .sameVersionOtherContent(_, let known, _) = refusal, known.isSigned { return false }
    return !isOwn || refusal.kind == .integrity
  }

  /// Whether a place answers and has no such file; it may have all others.
  static func isAbsence(_ error: any Error, of file: SourceFile) -> Bool {
    file != .manifest && (error as? FetchError)?.isAbsence == true
  }

  /// Whether a place answers, and has no such file for us.
  static func meansAbsent(_ error: any Error) -> Bool {
    switch error {
    // Some hosts lead to their front page instead, wherever that is.
    case FetchError.redirectRefused, FetchError.redirectCircle, SyncError.manifestTooLarge,
      SyncError.invalidURL:
      true
    case let error as FetchError: error.isAbsence
    case SyncError.localSource(let error): error.code == .noSuchFileOrDirectory
    default: false
    }
  }
}
