import FlyingSocks
import Glibc

/// Waits for many connections to servers on this machine at once, with one thread.
package struct ClientSockets: Sendable {
  private let loop: EventLoop

  package init() throws { loop = try EventLoop.all.get()[0] }

  /// Connects to a port of 127.0.0.1, as a client whose own address is `source`, an IPv4 literal of this machine.
  ///
  /// - Throws: `TransportError.cannotConnect`.
  package func connect(toPort port: UInt16, from source: String) async throws -> ClientSocket {
    do {
      let socket = try Socket(domain: AF_INET)
      do {
        try socket.bind(to: .inet(ip4: source, port: 0))
        let polled = try PolledSocket(socket, loop: loop, outputBufferBytes: Self.outputBufferBytes)
        try await polled.connect(to: .inet(ip4: "127.0.0.1", port: port))
        return ClientSocket(socket: polled)
      } catch {
        loop.forget(socket)
        try? socket.close()
        throw error
      }
    } catch SocketError.failed(_, _, let message) {
      throw TransportError.cannotConnect(port: Int(port), reason: message)
    }
  }

  /// A request leaves in one piece.
  private static let outputBufferBytes = 1 << 18
}

/// A connection to a server.
package struct ClientSocket: Sendable {
  private static let readBytes = 1 << 14
  private static let writeStallTime = Duration.seconds(60)

  let socket: PolledSocket

  /// The bytes that have come, waiting for some; nil at the end.
  package func read() async throws -> [UInt8]? {
    guard case .bytes(let bytes) = try await socket.read(atMost: Self.readBytes, until: nil) else {
      return nil
    }
    return bytes
  }

  package func write(_ bytes: [UInt8]) async throws {
    try await socket.write(bytes, stallTime: Self.writeStallTime)
  }

  /// Closes at once, whatever the server may still want to say.
  package func close() async { await socket.close(lingeringFor: .zero, atMost: 0) }
}
