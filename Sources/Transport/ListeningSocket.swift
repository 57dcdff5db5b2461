import FlyingSocks
import Glibc

/// A bound socket that takes connections.
struct ListeningSocket: Sendable {
  let port: Int
  private let socket: Socket
  private let pool: PolledSocket.Pool

  /// Binds to an IPv4 or IPv6 literal or `localhost`, which is 127.0.0.1; port 0 takes any free one.
  init(host: String, port: Int, pool: PolledSocket.Pool) throws(TransportError) {
    guard let number = UInt16(exactly: port) else {
      throw .cannotListen(host: host, port: port, reason: "a port is a number from 0 to 65535")
    }
    do {
      socket = try Self.bind(host: host, port: number)
      try socket.listen()
      try socket.setFlags(.nonBlocking)
      self.port = try Self.port(of: socket.sockname())
    } catch SocketError.failed(let call, _, let message) {
      let hint = call.hasPrefix("inet_pton") ? "not an IP address or 'localhost'" : message
      throw .cannotListen(host: host, port: port, reason: hint)
    } catch {
      throw .cannotListen(host: host, port: port, reason: "\(error)")
    }
    self.pool = pool
  }

  /// Takes the next connection, waiting for it; throws what `accept` reports.
  func accept() async throws -> (socket: Socket, address: String) {
    while true {
      do {
        let (file, storage) = try socket.accept()
        return (Socket(file: file), Self.host(of: try? Socket.makeAddress(from: storage)))
      } catch SocketError.blocked {
        do {
          try await pool.suspendSocket(socket, untilReadyFor: .connection)
        } catch SocketError.disconnected {}
      }
    }
  }

  func close() async {
    await pool.settle()
    try? socket.close()
  }

  private static func bind(host: String, port: UInt16) throws -> Socket {
    let isIPv6 = host.contains(":")
    let socket = try Socket(domain: isIPv6 ? AF_INET6 : AF_INET)
    do {
      try socket.setValue(true, for: .localAddressReuse)
      if isIPv6 {
        let literal = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        try socket.bind(to: .inet6(ip6: literal, port: port))
      } else {
        try socket.bind(to: .inet(ip4: host == "localhost" ? "127.0.0.1" : host, port: port))
      }
    } catch {
      try? socket.close()
      throw error
    }
    return socket
  }

  private static func port(of address: Socket.Address) throws -> Int {
    switch address {
    case .ip4(_, let port), .ip6(_, let port): Int(port)
    case .unix: throw SocketError.unsupportedAddress
    }
  }

  /// The peer's address without its port; an IPv4 peer of an IPv6 socket is known by its IPv4 address.
  private static func host(of address: Socket.Address?) -> String {
    switch address {
    case .ip4(let host, _): host
    case .ip6(let host, _): host.hasPrefix("::ffff:") ? String(host.dropFirst(7)) : host
    case .unix, nil: ""
    }
  }
}
