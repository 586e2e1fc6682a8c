import Audit
package import Formats

extension Policy {
  /// All that the policy says, for comparing it with what it said before: two policies with one statement are equal.
  package var statement: JSONValue {
    .object(members: remoteMembers + proofMembers + fileMembers + limits.members + restMembers)
  }

  private var remoteMembers: [JSONMember] {
    [
      JSONMember("allowRemoteRegistries", .boolean(allowRemoteRegistries)),
      JSONMember("allowHTTPLocalhost", .boolean(allowHTTPLocalhost)),
      JSONMember("caFile", .string(orNull: caFile)), JSONMember("sharedStore", .string(orNull: sharedStore)),
    ]
  }

  private var proofMembers: [JSONMember] {
    [
      JSONMember("requireSignature", .boolean(requireSignature)),
      JSONMember("requireLockfileOnVerify", .boolean(requireLockfileOnVerify)),
      JSONMember("allowUnsignedLocal", .boolean(allowUnsignedLocal)),
      JSONMember("allowUnsignedBundled", .boolean(allowUnsignedBundled)),
      JSONMember("allowUnsignedRemote", .boolean(allowUnsignedRemote)),
      JSONMember("trustedKeysFile", .string(trustedKeysFile)),
      JSONMember("allowedSignatureAlgorithms", .strings(allowedSignatureAlgorithms.map(\.rawValue))),
      JSONMember("requireTrustedPublisher", .boolean(requireTrustedPublisher)),
      JSONMember("provenanceRequired", .boolean(provenanceRequired)),
      JSONMember("signatureThreshold", .number(signatureThreshold)),
    ]
  }

  private var fileMembers: [JSONMember] {
    [
      JSONMember("allowUntrustedInstall", .boolean(allowUntrustedInstall)),
      JSONMember("installTargets", .strings(installTargets.map(\.rawValue))),
      JSONMember("allowedWriteRoots", .strings(allowedWriteRoots)),
      JSONMember("blockedPaths", .strings(blockedPaths)), JSONMember("allowCode", .boolean(allowCode)),
      JSONMember("allowMedia", .boolean(allowMedia)),
      JSONMember("allowedFileExtensions", allowedFileExtensions.map { .strings($0) } ?? .null),
      JSONMember("audit", .string(audit.rawValue)),
      JSONMember("auditAllow", .strings(auditAllow.map(\.description).sorted())),
    ]
  }

  private var restMembers: [JSONMember] {
    [
      JSONMember("keepSnapshots", .count(keepSnapshots)), JSONMember("keepDays", .count(keepDays)),
      JSONMember("raisedKeys", .strings(raisedKeys)),
      JSONMember("warnings", .strings(warnings.map(\.statement))),
    ]
  }
}

extension Policy.Warning {
  fileprivate var statement: String {
    switch kind {
    case .unsupportedAlgorithm(let name): "\(position.line):\(position.column) \(name)"
    }
  }
}

extension Limits {
  fileprivate var members: [JSONMember] {
    [
      JSONMember("maxSnapshotBytes", .count(maxSnapshotBytes)),
      JSONMember("maxFileBytes", .count(maxFileBytes)),
      JSONMember("maxManifestEntries", .count(maxManifestEntries)),
      JSONMember("maxManifestBytes", .count(maxManifestBytes)),
      JSONMember("maxPluginFiles", .count(maxPluginFiles)),
      JSONMember("maxPluginBytes", .count(maxPluginBytes)),
      JSONMember("connectTimeout", .time(connectTimeout)), JSONMember("headerTimeout", .time(headerTimeout)),
      JSONMember("idleTimeout", .time(idleTimeout)), JSONMember("transferTimeout", .time(transferTimeout)),
      JSONMember("maxAttempts", .count(maxAttempts)),
      JSONMember("minTransferBytesPerSecond", .count(minTransferBytesPerSecond)),
      JSONMember("retryBudget", .time(retryBudget)),
      JSONMember("maxConcurrentTransfers", .count(maxConcurrentTransfers)),
      JSONMember("maxManifestAge", .time(maxManifestAge)), JSONMember("minReleaseAge", .time(minReleaseAge)),
    ]
  }
}

extension JSONValue {
  fileprivate static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

  /// As text: a number of JSON does not hold every whole one.
  fileprivate static func count(_ value: (some BinaryInteger)?) -> JSONValue {
    .string(orNull: value.map { String($0) })
  }

  fileprivate static func time(_ value: Duration?) -> JSONValue {
    .string(orNull: value.map { "\($0.components.seconds) \($0.components.attoseconds)" })
  }
}
