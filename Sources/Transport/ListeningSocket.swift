import FlyingSocks
import Glibc

/// A bound socket that takes connections.
struct ListeningSocket: Sendable {
  /// Where it listens, with the real port.
  let address: ListeningAddress
  private let socket: Socket
  private let file: UnixSocketFile?
  private let loop: EventLoop

  /// Binds, or takes over what is bound, and listens; throws `TransportError.cannotListen`.
  init(_ place: ListeningPlace, loop: EventLoop) throws(TransportError) {
    self.loop = loop
    switch place {
    case .address(let address): (socket, file, self.address) = try Self.open(address)
    case .inherited(let descriptor):
      (socket, self.address) = try Self.takeOver(Socket(file: .init(rawValue: descriptor)))
      file = nil
    }
  }

  /// Takes the next connection, waiting for it; throws what `accept` reports.
  ///
  /// - Returns: the connection and its peer's address without the port; nil for a Unix socket, where peers have none.
  func accept() async throws -> (socket: Socket, address: String?) {
    while true {
      do {
        let (file, storage) = try socket.accept()
        return (Socket(file: file), peer(try? Socket.makeAddress(from: storage)))
      } catch SocketError.blocked {
        _ = try await loop.wait(for: .read, of: socket, until: nil)
      }
    }
  }

  func close() {
    loop.forget(socket)
    file?.remove()
    try? socket.close()
  }

  /// An IPv4 peer of an IPv6 socket is known by its IPv4 address.
  private func peer(_ address: Socket.Address?) -> String? {
    switch (self.address, address) {
    case (.unix, _): nil
    case (_, .ip4(let host, _)): host
    case (_, .ip6(let host, _)): host.hasPrefix("::ffff:") ? String(host.dropFirst(7)) : host
    case (_, .unix), (_, nil): ""
    }
  }
}

// MARK: Opening
extension ListeningSocket {
  private static func open(
    _ address: ListeningAddress
  ) throws(TransportError) -> (Socket, UnixSocketFile?, ListeningAddress) {
    do {
      switch address {
      case .internet(let host, let port):
        let socket = try bind(host: host, port: port)
        try listen(socket)
        return (socket, nil, .internet(host: host, port: try Self.port(of: socket)))
      case .unix(let path):
        guard path.utf8.count <= ListeningAddress.longestPath else {
          throw Obstacle(description: "a path has at most \(ListeningAddress.longestPath) bytes")
        }
        let socket = try Socket(domain: AF_UNIX)
        let file = try closingOnError(socket) { try UnixSocketFile(binding: socket, to: path) }
        try listen(socket)
        return (socket, file, address)
      }
    } catch {
      throw .cannotListen(on: "\(address)", reason: reason(error))
    }
  }

  private static func bind(host: String, port: Int) throws -> Socket {
    guard let port = UInt16(exactly: port) else {
      throw Obstacle(description: "a port is a number from 0 to 65535")
    }
    let isIPv6 = host.contains(":")
    let socket = try Socket(domain: isIPv6 ? AF_INET6 : AF_INET)
    try closingOnError(socket) {
      try socket.setValue(true, for: .localAddressReuse)
      if isIPv6 {
        let literal = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        try socket.bind(to: .inet6(ip6: literal, port: port))
      } else {
        try socket.bind(to: .inet(ip4: host == "localhost" ? "127.0.0.1" : host, port: port))
      }
    }
    return socket
  }

  private static func listen(_ socket: Socket) throws {
    // A failing `listen` closes the socket itself.
    try socket.listen()
    try socket.setFlags(.nonBlocking)
  }

  /// Checks a socket that was handed over: one of another kind would fail at each `accept`, for ever.
  private static func takeOver(_ socket: Socket) throws(TransportError) -> (Socket, ListeningAddress) {
    let descriptor = socket.file.rawValue
    do {
      guard try socket.getValue(for: .socketType) == Int32(SOCK_STREAM.rawValue),
        try socket.getValue(for: BoolSocketOption(name: SO_ACCEPTCONN))
      else {
        throw Obstacle(description: "not a listening stream socket; expected ListenStream= and Accept=no")
      }
      try socket.setFlags(.nonBlocking)
      guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0 else { throw SocketError.makeFailed("SetFlags") }
      return (socket, try address(of: socket))
    } catch {
      throw .cannotListen(on: "the socket handed over as descriptor \(descriptor)", reason: reason(error))
    }
  }

  private static func address(of socket: Socket) throws -> ListeningAddress {
    switch try socket.sockname() {
    case .ip4(let host, let port), .ip6(let host, let port): .internet(host: host, port: Int(port))
    case .unix(let path): .unix(path: path)
    }
  }

  private static func port(of socket: Socket) throws -> Int {
    guard case .internet(_, let port) = try address(of: socket) else { throw SocketError.unsupportedAddress }
    return port
  }

  private static func closingOnError<Value>(_ socket: Socket, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      try? socket.close()
      throw error
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case SocketError.failed(let call, _, _) where call.hasPrefix("inet_pton"):
      "not an IP address or 'localhost'"
    case SocketError.failed(_, _, let message): message
    case SocketError.unsupportedAddress: "neither an internet nor a Unix socket"
    default: "\(error)"
    }
  }

  /// What the system would not have told.
  struct Obstacle: Error, CustomStringConvertible {
    let description: String
  }
}
