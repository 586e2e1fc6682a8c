import Formats
import ObjectStore
import RegistryModel

extension ManifestProblem {
  /// What is wrong, without the position: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .text(let problem): problem.words
    case .badLine(let field, let problem, _): "\(field.quotedForMessage): \(problem.words)"
    case .badVersion(let field, let found, let problem, _):
      "\(field.quotedForMessage) is \(found.quotedForMessage): \(problem.words)"
    case .badTime(let field, let found, let problem, _):
      "\(field.quotedForMessage) is \(found.quotedForMessage): \(problem.words)"
    case .badHash(let name, let found, _):
      "the hash of \(name.quotedForMessage) is \(found.quotedForMessage), "
        + "not 'sha256:' and 64 lower-case hex digits"
    case .catalogHashesDiffer(let catalogHash, let inFiles, _):
      "'catalog_hash' is \(catalogHash), but 'files_hashes' names 'catalog.yaml' with \(inFiles)"
    case .programTooOld(let needed, let program, _):
      "the registry needs mmdos \(needed) or newer, this is \(program)"
    case .tooManyFiles(let count, let limit, _):
      "the manifest names \(count) files and folders, more than \(limit)"
    case .badPath(let path, let problem, _): "path \(path.quotedForMessage): \(problem.words)"
    case .conflictingPaths(let problem): problem.words
    case .tooManySignatures(let count, let limit):
      "the manifest has \(count) signature blocks, more than \(limit)"
    case .badSignature(let index, let problem, _): "signature block \(index + 1): \(problem.words)"
    }
  }
}

extension SignatureBlockProblem {
  /// What is wrong, worded to follow the block's number.
  fileprivate var words: String {
    switch self {
    case .text(let problem): problem.words
    case .unknownAlgorithm(let name): "algorithm \(name.quotedForMessage) is unknown"
    case .badKeyID(let keyID): "key_id \(keyID.quotedForMessage) is not made of letters, digits, '_' and '-'"
    case .badEncoding(.ed25519): "the signature is not 64 bytes in standard base64"
    case .badEncoding(.hmacSHA256): "the signature is not 64 lower-case hex digits"
    case .noSignedFields: "'signed_fields' is empty"
    case .tooManySignedFields(let count, let limit): "'signed_fields' has \(count) names, more than \(limit)"
    case .repeatedSignedField(let name): "'signed_fields' names \(name.quotedForMessage) twice"
    case .missingSignedField(let name):
      "'signed_fields' names \(name.quotedForMessage), which the manifest does not have"
    case .signsSignatures(let name): "'signed_fields' names \(name.quotedForMessage)"
    }
  }
}

extension SigningProblem {
  /// Why a manifest is not signed: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .badKeyID(let keyID):
      "the key id \(keyID.quotedForMessage) is not made of letters, digits, '_' and '-'"
    case .missingField(let name): "the manifest has no \(name.quotedForMessage)"
    case .alreadySigned(let keyID): "the manifest is signed by \(keyID.quotedForMessage) already"
    case .tooManySignatures(let limit): "the manifest has \(limit) signatures, which is the most it may have"
    case .malformedSignatures: "'signatures' of the manifest is not a list"
    }
  }
}
