import FlyingSocks
import FoundationEssentials
import Glibc

/// The file by which clients find a Unix socket: made for one server, and gone with it.
struct UnixSocketFile: Sendable {
  /// Its owner and group may connect.
  private static let permissions = 0o660

  private let path: String
  /// Which file it is: another server may put its own in the same place.
  private let identity: [Int]

  /// Binds the socket, whose file nobody can connect to before it listens; takes the place of a file that was left behind.
  init(binding socket: Socket, to path: String) throws {
    try Self.removeAbandoned(path)
    try socket.bind(to: .unix(path: path))
    try FileManager.default.setAttributes([.posixPermissions: Self.permissions], ofItemAtPath: path)
    self.path = path
    identity = Self.identity(of: path)
  }

  func remove() {
    if Self.identity(of: path) == identity { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Removes the file of a server that is dead: one where nobody listens.
  private static func removeAbandoned(_ path: String) throws {
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return }
    guard attributes[.type] as? FileAttributeType == .typeSocket else {
      throw ListeningSocket.Obstacle(
        description: "there is a file of another kind; remove it, or choose another path")
    }
    let probe = try Socket(domain: AF_UNIX)
    defer { try? probe.close() }
    try probe.setFlags(.nonBlocking)
    do {
      try probe.connect(to: .unix(path: path))
    } catch SocketError.failed(_, ECONNREFUSED, _) {
      return try FileManager.default.removeItem(atPath: path)
    } catch SocketError.blocked {}
    throw ListeningSocket.Obstacle(description: "another server listens there")
  }

  private static func identity(of path: String) -> [Int] {
    [.systemNumber, .systemFileNumber].compactMap { FileManager.default.number($0, ofItemAtPath: path) }
  }
}
