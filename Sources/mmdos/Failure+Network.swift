import Fetch

// The messages for network errors. Each hint fits its cause, and none suggests weakening a check.
extension Failure {
  init(fetch error: FetchError) {
    self.init(ExitCodes.network, "network", error.words, hint: error.hint)
  }
}

extension FetchError {
  private static let tryAgain = "try again later; nothing changed, and what was proven is kept"
  private static let checkAddress =
    "check the address with mmdos registry list; if it is right, the publisher has moved or removed the files: ask where they are"

  /// What the reader can do about it.
  var hint: String {
    switch self {
    case .status(_, let code, _): Self.hint(status: code)
    case .loginRefused(_, 401):
      "it is wrong or has expired: put the right one where credentials in your configuration names it, see docs/configuration.md"
    case .loginRefused: "ask the publisher to give that login access"
    case .connect(_, let cause): cause.hint
    case .proxy(_, let cause): cause.hint
    case .tls(_, let cause): cause.hint
    case .bodyTooLarge: "the limits are in \(policyFile)"
    case .unframedBody: "the host has to send Content-Length or chunks; ask whoever runs it"
    case .timeout(_, .connect), .timeout(_, .header):
      "\(Self.tryAgain); connect_timeout and header_timeout in \(policyFile) allow more time"
    case .timeout(_, .idle), .timeout(_, .transfer), .tooSlow:
      "\(Self.tryAgain); idle_timeout, transfer_timeout and min_transfer_rate in \(policyFile) allow more time"
    case .truncated, .reset: Self.tryAgain
    case .headersTooLarge, .malformedResponse:
      "something between is not a web server, or is broken: check the address, and open it in a browser"
    case .redirectRefused(_, _, let reason): reason.hint
    case .redirectCircle:
      "the host is set up wrongly, or wants cookies, which mmdos has none of: tell whoever runs it"
    case .unexpectedEncoding:
      "hashes are over the plain files: the publisher has to store and serve them without Content-Encoding"
    case .certificateFile(_, .unreadable): "it is named by ca_file in \(policyFile), or by SSL_CERT_FILE"
    case .certificateFile(_, .noCertificate): "a PEM file with '-----BEGIN CERTIFICATE-----' is needed"
    case .httpLibrary(let problem): problem.hint
    case .shutDown: Self.tryAgain
    }
  }

  /// What to do about a login page, whoever sent it.
  static let loginPageHint =
    "open the address in a browser: a network's portal lets you through after a login there; if it is the registry that "
    + "wants a login, name it under credentials in your configuration, see docs/configuration.md"

  private static func hint(status: Int) -> String {
    switch status {
    case 401:
      "name a login for this host under credentials in your configuration, see docs/configuration.md"
    case 403:
      "check the address with mmdos registry list; if it is right, a login with access is needed: ask the publisher"
    case 404: checkAddress
    case 410:
      "ask the publisher where it is now, then mmdos registry set NAME --url URL; what was synced stays usable"
    case 408, 429, 500...599: tryAgain
    default: "open the address in a browser to see what the host says; \(checkAddress)"
    }
  }
}

extension FetchError.ConnectCause {
  fileprivate var hint: String {
    switch self {
    case .nameNotFound: "check the spelling of the host, and whether this machine has a network and DNS"
    case .refused: "nothing listens at that host and port: check the address, or try again later"
    case .unreachable: "check this machine's network; behind a proxy, set https_proxy"
    case .tooManyOpenFiles: "raise the limit with ulimit -n, or lower max_concurrent_transfers in the policy"
    case .notAllowed: "a firewall of this machine, or a sandbox, forbids it: allow it, or run mmdos outside"
    case .failed: "check this machine's network, then try again"
    }
  }
}

extension FetchError.ProxyCause {
  fileprivate var hint: String {
    switch self {
    case .invalidSetting(let variable):
      "\(variable) has to be http://HOST:PORT, with USER:PASSWORD and '@' before HOST if it wants a login, or socks5://HOST:PORT; no_proxy lists exceptions"
    case .authenticationRequired:
      "put them into the variable https_proxy: USER:PASSWORD and '@' before the host"
    case .badAnswer: "https_proxy, or all_proxy, names it; no_proxy lists hosts that are reached without it"
    case .unreachable, .silent, .closed:
      "https_proxy, or all_proxy, names it: is it running, and are its kind and port right? "
        + "no_proxy lists hosts that are reached without it"
    case .noRoute:
      "check the address with mmdos registry list; no_proxy lists hosts that are reached without the proxy"
    }
  }
}

extension FetchError.RedirectReason {
  fileprivate var hint: String {
    switch self {
    case .otherOrigin:
      "if the publisher has moved there, and you trust that host: mmdos registry set NAME --url URL, with its new address"
    case .loginPage: FetchError.loginPageHint
    case .query: "ask the publisher: registries are served as plain files, without a query in their addresses"
    case .httpsToHTTP: "the host has to redirect to https; tell whoever runs it"
    case .tooMany: "ask the publisher for the address where they end; at most 3 are followed"
    case .invalid: "the host is set up wrongly: tell whoever runs it"
    }
  }
}

extension FetchError.TLSCause {
  fileprivate var hint: String {
    switch self {
    case .expired: "the host needs a new certificate: tell whoever runs it"
    case .notYetValid: "the host needs another certificate until then: tell whoever runs it"
    case .wrongClock: "compare this machine's clock with another one, and set it right"
    case .wrongHost:
      "check the address with mmdos registry list; if it is right, somebody else may answer there: ask whoever runs the host"
    case .untrustedIssuer:
      "if your organisation has an authority of its own, name its PEM file as ca_file in your configuration, see "
        + "docs/configuration.md; if not, somebody else may answer there"
    case .selfSigned:
      "if whoever runs the host gave you its certificate by another way, name that PEM file as ca_file in your "
        + "configuration, see docs/configuration.md"
    case .wrongPurpose, .unfit: "the host needs another certificate; ask whoever runs it"
    case .notTLS: "check the port; plain http is for this machine only"
    case .oldVersion: "the host needs TLS 1.2 or later; ask whoever runs it"
    case .handshake: "try again; if it stays so, the host or a proxy in between is misconfigured"
    }
  }
}

extension FetchError.HTTPLibraryProblem {
  fileprivate var hint: String {
    switch self {
    case .missing: "apt install libcurl4 (Debian, Ubuntu), dnf install libcurl (Fedora), then try again"
    case .unfit, .otherTLSLibrary:
      "install libcurl 7.80 or newer with OpenSSL 3 and HTTP/2, as distributions have it"
    case .failed: "the machine is short of memory or threads; try again"
    }
  }
}
