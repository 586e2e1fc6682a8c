import RegistryModel

/// A redirect as a response states it.
struct Redirect: Hashable, Sendable {
  /// The value of the `Location` field, from outside.
  let location: String
  /// Whether the file is to be asked for there from now on (RFC 9110 sections 15.4.2 and 15.4.9).
  let isPermanent: Bool
}

/// The redirects of one request: which are followed, and why others are not (DESIGN section 5); pure.
struct RedirectTrail {
  private let maxRedirects: Int
  private let allowHTTPLocalhost: Bool
  /// What was requested so far, in order.
  private var urls: [RequestURL]
  private var isMoving = true
  /// Where permanent redirects alone led.
  private var movedTo: RequestURL?

  init(from url: RequestURL, maxRedirects: Int, allowHTTPLocalhost: Bool) {
    self.maxRedirects = maxRedirects
    self.allowHTTPLocalhost = allowHTTPLocalhost
    urls = [url]
  }

  /// What is to be requested next.
  var url: RequestURL { urls[urls.count - 1] }

  /// Where redirects led to; nil where there were none.
  var redirection: Redirection? {
    guard urls.count > 1 else { return nil }
    return Redirection(
      url: url,
      isLoginPage: LoginPage.isMeant(by: url.path, from: urls[0]),
      movedTo: movedTo
    )
  }

  /// Takes a redirect of the last request.
  mutating func follow(_ redirect: Redirect) throws(FetchError) {
    if let circle = circle(closedBy: redirect.location) { throw .redirectCircle(from: urls[0], circle) }
    guard urls.count <= maxRedirects else { throw refusal(of: redirect.location, .tooMany) }
    let target = try target(of: redirect.location)
    urls.append(target)
    isMoving = isMoving && redirect.isPermanent
    if isMoving { movedTo = target }
  }

  /// The addresses of a circle; query and fragment are left out, as they do not change which file is asked for.
  private func circle(closedBy location: String) -> [RequestURL]? {
    let plain = String(location.prefix { $0 != "?" && $0 != "#" })
    let path = plain.isEmpty ? url.path : plain
    // try?: what cannot be requested was not.
    guard !location.isEmpty,
      let target = try? RequestURL(
        parsing: path,
        relativeTo: url,
        allowHTTPLocalhost: allowHTTPLocalhost
      ),
      let start = urls.firstIndex(of: target)
    else { return nil }
    return Array(urls[start...])
  }

  private func target(of location: String) throws(FetchError) -> RequestURL {
    // try?: of the broken rules only some have a reason of their own.
    let target = try? RequestURL(parsing: location, relativeTo: url, allowHTTPLocalhost: allowHTTPLocalhost)
    if let target, target.isSameOrigin(as: url) { return target }
    if LoginPage.isMeant(by: location, from: url) { throw refusal(of: location, .loginPage) }
    let isDowngrade = url.scheme == "https" && location.lowercased().hasPrefix("http://")
    if isDowngrade { throw refusal(of: location, .httpsToHTTP) }
    if target != nil { throw refusal(of: location, .otherOrigin) }
    throw refusal(of: location, location.contains("?") ? .query : .invalid)
  }

  private func refusal(of location: String, _ reason: FetchError.RedirectReason) -> FetchError {
    .redirectRefused(from: url, origin: url.originForMessages(of: location), reason: reason)
  }
}
