package import TestServers

extension TestRegistry {
  /// Puts everything on a server, under a path such as `/registry/`.
  package func publish(on server: LoopbackServer, at base: String = "/registry/") {
    for (path, bytes) in published { server.set(base + path, bytes) }
  }
}
