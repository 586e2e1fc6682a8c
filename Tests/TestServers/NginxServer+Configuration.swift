import SystemPackage
import TestSupport

extension NginxServer {
  /// The text of `nginx.conf`; one process that stays in the foreground and writes into the scratch folder only.
  static func configuration(
    _ folder: FilePath,
    _ scratch: FilePath,
    _ ports: [Site: Int],
    _ identities: [Site: TestAuthority.Identity]
  ) -> String {
    """
    daemon off;
    master_process off;
    worker_processes 1;
    pid nginx.pid;
    error_log \(scratch)/error.log warn;
    error_log stderr notice;
    events { worker_connections 1024; }
    http {
      log_format line "$request_method\\t$request_uri\\t$status\\t$server_protocol\\t$server_port\\t$http_user_agent\\t$http_authorization";
      access_log /dev/stdout line;
      client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
      uwsgi_temp_path uwsgi; scgi_temp_path scgi;
      types {
        application/json json; text/markdown md; application/yaml yaml yml;
      }
      default_type application/octet-stream;
      gzip off;
      sendfile on;
      keepalive_requests 100000;
    \(Site.allCases.map { server($0, folder, ports, identities[$0]) }.joined())
    }

    """
  }

  /// A folder whose files are served only to requests with a login.
  package static let loginFolder = "login"
  /// The token of `loginFolder`.
  package static let token = "s3cret-token"
  /// A folder that answers every request with 500.
  package static let brokenFolder = "broken"
  /// A folder from which every request is redirected to the same path beside it.
  package static let movedFolder = "moved"
  /// A folder from which every request is redirected to another origin.
  package static let awayFolder = "away"
  /// A folder that is for good at the same path beside it (301).
  package static let permanentFolder = "permanent"
  /// A folder whose redirects lead to `circle/back/` and from there back, with a token.
  package static let circleFolder = "circle"
  /// A folder from which every request is redirected to a login on another host, with a secret.
  package static let portalFolder = "guarded"
  /// A folder from which every request is redirected to `/page.html` of the served folder.
  package static let pageFolder = "paged"
  /// A folder from which every request is redirected to another host's address with a signature.
  package static let storeFolder = "stored"
  /// A folder that answers every request with 403.
  package static let forbiddenFolder = "forbidden"
  /// A folder that answers every request with 410.
  package static let goneFolder = "gone"
  /// `me:s3cret` in Base64 (RFC 7617): the other login of `loginFolder`.
  private static let encodedLogin = "bWU6czNjcmV0"

  private static func server(
    _ site: Site,
    _ folder: FilePath,
    _ ports: [Site: Int],
    _ identity: TestAuthority.Identity?
  ) -> String {
    let port = ports[site] ?? 0
    let listen =
      switch site {
      case .plain: "\(port)"
      case .http2: "\(port) ssl http2"
      default: "\(port) ssl"
      }
    let certificate =
      identity.map { "ssl_certificate \($0.certificate); ssl_certificate_key \($0.key);" } ?? ""
    return """
        server {
          listen 127.0.0.1:\(listen);
          server_name localhost;
          ssl_protocols TLSv1.2 TLSv1.3;
          \(certificate)
          root \(folder);
          location /\(loginFolder)/ {
            set $is_known 0;
            if ($http_authorization = "Bearer \(token)") { set $is_known 1; }
            if ($http_authorization = "Basic \(encodedLogin)") { set $is_known 1; }
            if ($is_known = 0) { return 401; }
          }
          location /\(brokenFolder)/ { return 500; }
          location /\(movedFolder)/ { rewrite ^/\(movedFolder)/(.*)$ /$1 redirect; }
          location /\(permanentFolder)/ { rewrite ^/\(permanentFolder)/(.*)$ /$1 permanent; }
          location /\(circleFolder)/ { rewrite ^/\(circleFolder)/(.*)$ /\(circleFolder)/back/$1 redirect; }
          location /\(circleFolder)/back/ { rewrite ^/\(circleFolder)/back/(.*)$ /\(circleFolder)/$1?token=s3cret redirect; }
          location /\(portalFolder)/ { return 302 https://id.example/signin?to=$uri&session=s3cret; }
          location /\(pageFolder)/ { return 302 /page.html; }
          location /\(storeFolder)/ { return 302 https://store.example/blob/1?signature=s3cret; }
          location /\(forbiddenFolder)/ { return 403; }
          location /\(goneFolder)/ { return 410; }
          location /\(awayFolder)/ {
            return 302 https://localhost:\(ports[.http1] ?? 0)$request_uri;
          }
        }

      """
  }
}
