import FlyingSocks
import FoundationEssentials
import Glibc

/// A connected socket that waits without holding a thread, and not beyond a deadline.
struct PolledSocket: ByteStream {
  private let socket: Socket
  private let loop: EventLoop

  /// Makes it one that does not block; `isTCP` is false for a Unix socket, which never waits to fill a packet.
  init(_ socket: Socket, loop: EventLoop, outputBufferBytes: Int, isTCP: Bool = true) throws {
    self.socket = socket
    self.loop = loop
    try socket.setFlags(.nonBlocking)
    // A token must leave at once, and a client that does not read must be noticed before megabytes are queued.
    if isTCP {
      try socket.setValue(true, for: BoolSocketOption(level: Int32(IPPROTO_TCP), name: TCP_NODELAY))
      try setKeepAlive()
    }
    try socket.setValue(Int32(clamping: outputBufferBytes), for: .sendBufferSize)
  }

  /// Lets the kernel ask after a peer that is silent, so that one whose machine or network went down is noticed too.
  private func setKeepAlive() throws {
    try socket.setValue(true, for: BoolSocketOption(name: SO_KEEPALIVE))
    let protocolLevel = Int32(IPPROTO_TCP)
    try socket.setValue(15, for: Int32SocketOption(level: protocolLevel, name: TCP_KEEPIDLE))
    try socket.setValue(5, for: Int32SocketOption(level: protocolLevel, name: TCP_KEEPINTVL))
    try socket.setValue(3, for: Int32SocketOption(level: protocolLevel, name: TCP_KEEPCNT))
  }

  /// Its number, for those who read and write themselves.
  var descriptor: Int32 { socket.file.rawValue }

  /// Connects to a server, waiting for its answer.
  func connect(to address: some SocketAddress) async throws {
    do {
      try socket.connect(to: address)
    } catch SocketError.blocked {
      _ = try await isReady(for: .write, by: nil)
      try socket.connect(to: address)
    }
  }

  /// Waits first, even if there are bytes: who sends without pause has its turn among the others.
  func read(atMost limit: Int, until deadline: ContinuousClock.Instant?) async throws -> StreamInput {
    while true {
      guard try await isReady(for: .read, by: deadline) else { return .timedOut }
      do {
        return .bytes(try socket.read(atMost: limit))
      } catch SocketError.blocked {
        continue
      } catch SocketError.disconnected {
        return .endOfInput
      } catch {
        throw TransportError.clientGone
      }
    }
  }

  func write(_ bytes: [UInt8], stallTime: Duration) async throws {
    let data = Data(bytes)
    await loop.endOfRound()
    var sent = 0
    while sent < data.count {
      do {
        sent = try socket.write(data, from: sent)
      } catch SocketError.blocked {
        guard try await isReady(for: .write, by: .now + stallTime) else { throw TransportError.writeStalled }
      } catch {
        throw TransportError.clientGone
      }
    }
  }

  func sendAtOnce(_ byte: UInt8) throws -> Bool {
    do {
      return try socket.write(Data([byte])) == 1
    } catch SocketError.blocked {
      return false
    } catch {
      throw TransportError.clientGone
    }
  }

  var isBroken: Bool {
    do {
      _ = try socket.remotePeer()
      return false
    } catch SocketError.failed(_, ENOTCONN, _) {
      return true
    } catch {
      return false
    }
  }

  /// Sends what one attempt can send, reads past what has come, and closes: for peers that get no service.
  func dismiss(with bytes: [UInt8]) {
    _ = try? socket.write(Data(bytes))
    _ = try? socket.read(atMost: 1 << 16)
    close()
  }

  /// Closing with unread input makes the kernel send a reset, which can destroy a response on its way
  /// (RFC 9112 section 9.6): so input is read and dropped until the peer closes too, within bounds.
  func close(lingeringFor time: Duration, atMost limit: Int) async {
    if time > .zero && shutdown(socket.file.rawValue, Int32(SHUT_WR)) == 0 {
      let deadline = ContinuousClock.now + time
      var dropped = 0
      while dropped < limit, case .bytes(let bytes) = try? await read(atMost: 1 << 16, until: deadline) {
        dropped += bytes.count
      }
    }
    close()
  }

  private func close() {
    loop.forget(socket)
    try? socket.close()
  }

  /// Waits until the socket is ready; false if that takes longer than until the deadline.
  ///
  /// A peer that hung up is ready too: the next read or write says so.
  func isReady(for event: Socket.Event, by deadline: ContinuousClock.Instant?) async throws -> Bool {
    try await loop.wait(for: event, of: socket, until: deadline)
  }
}
