import FlyingSocks
import Glibc
package import HTTP
package import Logging
import Synchronization

/// Accepts connections, of one socket or several, and serves each in a task of its own, within the limits.
package final class Listener: Sendable {
  /// Where it listens; with the real port if 0 was asked for.
  package var addresses: [ListeningAddress] { sockets.map(\.address) }

  /// How long to wait when the system has no descriptor or memory for another connection.
  private static let exhaustionPause = Duration.milliseconds(100)

  private let sockets: [ListeningSocket]
  private let identity: TLSIdentity?
  private let loops: [EventLoop]
  private let limits: HTTPLimits
  private let handler: any HTTPHandler
  private let logger: Logger
  private let registry: ConnectionRegistry
  private let bodies: ByteBudget
  private let accepting = Mutex<Task<Void, any Error>?>(nil)

  /// Binds and listens; connections wait in the kernel until `run`.
  ///
  /// - Parameters:
  ///   - places: what to listen on; the limits hold for all together.
  ///   - identity: what to show clients under TLS; nil for connections without it.
  ///   - limits: what a client may use.
  ///   - handler: what answers.
  ///   - logger: gets refused requests and failed handlers at debug level, trouble with sockets as warnings.
  /// - Throws: `TransportError.cannotListen`.
  package init(
    on places: [ListeningPlace], identity: TLSIdentity? = nil, limits: HTTPLimits,
    handler: any HTTPHandler, logger: Logger
  ) async throws {
    let loops = try EventLoop.all.get()
    sockets = try places.map { try ListeningSocket($0, loop: loops[0]) }
    self.loops = loops
    self.identity = identity
    self.limits = limits
    self.handler = handler
    self.logger = logger
    registry = ConnectionRegistry(
      limit: limits.connections, limitPerAddress: limits.connectionsPerAddress)
    // Who sends slowly can hold a body for long: it must not be the only one who can send any.
    let bodiesOfOne = max(limits.largeBodiesBytes / 2, limits.bodyBytes)
    bodies = ByteBudget(
      bytes: 2 * bodiesOfOne, mostForOwner: bodiesOfOne, smallBytes: HTTPLimits.smallBodyBytes)
    // The first timer opens descriptors for all of them, and is never set if there are none left: so it is set now.
    try await Task.sleep(for: .milliseconds(1))
  }

  /// Serves until `stop`, which it outlives just long enough to see every connection closed.
  ///
  /// Cancelling its task stops at once. Throws if the system's polling fails.
  package func run() async throws {
    let task = accepting.withLock { accepting in
      let task = Task(executorPreference: loops[0]) { try await self.acceptConnections() }
      accepting = task
      return task
    }
    let result = await withTaskCancellationHandler {
      await task.result
    } onCancel: {
      task.cancel()
    }
    let wasAsked = registry.isDraining
    for socket in sockets { socket.close() }
    let running = registry.drain()
    if Task.isCancelled || !wasAsked { for connection in running { connection.cancel() } }
    for connection in running { await connection.value }
    // Unasked, accepting ends only if polling failed: whoever runs the server must know.
    if case .failure(let error) = result, !wasAsked { throw error }
  }

  /// Stops: takes no more connections, closes the idle ones, and lets running requests finish.
  ///
  /// - Parameter grace: how long they may take; then their handlers are cancelled. A handler that
  ///   ignores that is waited for all the same.
  package func stop(within grace: Duration) async {
    let running = registry.drain()
    accepting.withLock { $0?.cancel() }
    let cut = Task {
      try await Task.sleep(for: grace)
      for task in running { task.cancel() }
    }
    for task in running { await task.value }
    cut.cancel()
  }

  private func acceptConnections() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for socket in sockets { group.addTask { try await self.acceptConnections(of: socket) } }
      try await group.waitForAll()
    }
  }

  private func acceptConnections(of listening: ListeningSocket) async throws {
    var isExhausted = false
    while !registry.isDraining {
      do {
        let (socket, address) = try await listening.accept()
        isExhausted = false
        admit(socket, address)
      } catch SocketError.failed(let call, let code, let message) {
        // The peer was faster to leave than we to accept: nothing is wrong with us.
        if code == ECONNABORTED || code == EINTR { continue }
        // One line, not ten a second: who waits in the kernel is taken once there is room.
        if !isExhausted {
          logger.warning("no connection taken", metadata: ["call": "\(call)", "reason": "\(message)"])
        }
        isExhausted = true
        try await Task.sleep(for: Self.exhaustionPause)
      }
    }
  }

  private func admit(_ socket: Socket, _ address: String?) {
    let counts = loops.map { $0.connectionCount.load(ordering: .relaxed) }
    let loop = loops[LoopChoice.index(processor: socket.incomingProcessor, counts: counts)]
    guard
      let polled = try? PolledSocket(
        socket, loop: loop, outputBufferBytes: limits.outputBufferBytes, isTCP: address != nil),
      let stream = secured(polled)
    else {
      try? socket.close()
      return
    }
    let name = address ?? HTTPRequest.unixAddress
    let isAdmitted = registry.admit(address, on: loop) { [handler, limits, registry, bodies, logger] member in
      var connection = Connection(
        member: member, stream: stream, remoteAddress: name, handler: handler, limits: limits,
        registry: registry,
        bodies: bodies, logger: logger)
      await connection.run()
      loop.connectionCount.subtract(1, ordering: .relaxed)
    }
    if isAdmitted { loop.connectionCount.add(1, ordering: .relaxed) } else { dismiss(polled, name) }
  }

  /// Under TLS if there is a certificate; nil without memory for it.
  private func secured(_ socket: PolledSocket) -> (any ByteStream)? {
    guard let identity else { return socket }
    return identity.context.makeSession(descriptor: socket.descriptor).map { TLSStream($0, over: socket) }
  }

  /// Closes; under TLS without a word, as that would first take a handshake.
  private func dismiss(_ socket: PolledSocket, _ address: String) {
    logger.debug("connection refused", metadata: ["peer": "\(address)"])
    let response = handler.response(to: HTTPError(503, "too many connections"), head: nil)
    let encoded = ResponseEncoder(for: nil).encode(response, date: currentDate(), keepAlive: false)
    socket.dismiss(with: identity == nil ? encoded : [])
  }
}
