import HTTP
import Logging

/// Serves one client: reads a request, has it answered, and again, until either side has enough.
struct Connection {
  /// What reading for a request came to.
  private enum Intake {
    case request(HTTPRequest, Reception.Answer)
    case answered(HTTPResponse, RequestHead, bodyUnread: Bool)
    case nothing
  }

  /// What the first read of a request makes room for: most requests without a body are shorter, and the heap gives up to a
  /// kilobyte from a store of the thread's own.
  private static let firstReadBytes = 960
  private static let readBytes = 1 << 16
  private static let lingerTime = Duration.seconds(1)

  private let member: ConnectionRegistry.Member
  private let stream: any ByteStream
  private let remoteAddress: String
  private let handler: any HTTPHandler
  private let limits: HTTPLimits
  private let registry: ConnectionRegistry
  private let bodies: ByteBudget
  private let logger: Logger

  private var parser: RequestParser
  private var lifetime: ConnectionLifetime
  private var isIdle = true
  private var inputEnded = false
  private var clientGone = false

  init(
    member: ConnectionRegistry.Member, stream: any ByteStream, remoteAddress: String,
    handler: any HTTPHandler,
    limits: HTTPLimits, registry: ConnectionRegistry, bodies: ByteBudget, logger: Logger
  ) {
    self.member = member
    self.stream = stream
    self.remoteAddress = remoteAddress
    self.handler = handler
    self.limits = limits
    self.registry = registry
    self.bodies = bodies
    self.logger = logger
    parser = RequestParser(limits: limits)
    lifetime = ConnectionLifetime(limits: limits, now: .now)
  }

  /// Serves until the connection is closed.
  mutating func run() async {
    while await serveRequest() {}
    let time = clientGone || inputEnded ? Duration.zero : Self.lingerTime
    await stream.close(lingeringFor: time, atMost: limits.bodyBytes)
  }

  /// Serves one request; false when it was the last.
  private mutating func serveRequest() async -> Bool {
    var head: RequestHead?
    do {
      switch try await readRequest(head: &head) {
      case .nothing: return false
      case .request(let request, let answer): return await serve(request, answer)
      case .answered(let response, let head, let bodyUnread):
        let keepsConnection = await exchange(mayKeepAlive: !bodyUnread && lifetime.mayKeepAlive).send(
          response, head: head)
        return endResponse(keepAlive: keepsConnection)
      }
    } catch let error as HTTPError {
      logger.debug("request refused", metadata: ["error": "\(error)", "peer": "\(remoteAddress)"])
      _ = await exchange(mayKeepAlive: false).send(handler.response(to: error, head: head), head: head)
    } catch is CancellationError {
      // The server stops: nothing is owed to a request that is not complete.
    } catch {
      logger.debug("connection lost", metadata: ["reason": "\(error)", "peer": "\(remoteAddress)"])
      clientGone = true
    }
    return false
  }

  private mutating func serve(_ request: HTTPRequest, _ answer: @escaping Reception.Answer) async -> Bool {
    let outcome = await exchange(mayKeepAlive: lifetime.mayKeepAlive).run(
      request, inputEnded: inputEnded, pipelinedBefore: parser.bufferedBytes, answer)
    parser.receive(outcome.pipelined)
    inputEnded = inputEnded || outcome.inputEnded
    clientGone = outcome.clientGone
    return endResponse(keepAlive: outcome.keepsConnection && !clientGone && !Task.isCancelled)
  }

  private mutating func endResponse(keepAlive: Bool) -> Bool {
    let pipelined = parser.bufferedBytes > 0
    let next = lifetime.responseEnded(keepAlive: keepAlive, pipelined: pipelined, at: .now)
    isIdle = !pipelined
    return next == .awaitRequest && registry.setIdle(isIdle, member)
  }

  private func exchange(mayKeepAlive: Bool) -> Exchange {
    Exchange(stream: stream, handler: handler, limits: limits, logger: logger) { [registry] in
      mayKeepAlive && !registry.isDraining
    }
  }
}

// MARK: Reading
extension Connection {
  private mutating func readRequest(head: inout RequestHead?) async throws -> Intake {
    var body: [UInt8] = []
    var share: ByteBudget.Share?
    var answer: Reception.Answer?
    while true {
      switch try parser.nextEvent() {
      case .head(let received):
        head = received
        lifetime.headEnded(at: .now)
        switch handler.reception(of: received) {
        case .answered(let response): return try intake(received, answered: response)
        case .accepted(let accepted): answer = accepted
        }
        try await inviteBody(of: received)
      case .body(let bytes):
        let held = share ?? makeShare()
        share = held
        guard held.grow(by: bytes.count) else {
          throw HTTPError(503, "too many large bodies are here at the moment; send it again in a moment")
        }
        body += bytes
      case .end:
        lifetime.requestEnded()
        guard let head, let answer else { return .nothing }
        let content = ReceivedBody(body, share: share)
        let request = HTTPRequest(head: head, body: content, remoteAddress: remoteAddress)
        return .request(request, answer)
      case nil: guard try await receive() else { return .nothing }
      }
    }
  }

  private func makeShare() -> ByteBudget.Share {
    ByteBudget.Share(of: bodies, owner: remoteAddress == HTTPRequest.unixAddress ? nil : remoteAddress)
  }

  /// A request that its head is enough to answer; one without a body is complete with that: step over its end, so that the next can follow.
  private mutating func intake(_ head: RequestHead, answered response: HTTPResponse) throws -> Intake {
    guard head.framing == .none else { return .answered(response, head, bodyUnread: true) }
    _ = try parser.nextEvent()
    lifetime.requestEnded()
    return .answered(response, head, bodyUnread: false)
  }

  /// Tells a client that waits for it to go on; one that sent its body already needs no telling.
  private func inviteBody(of head: RequestHead) async throws {
    guard head.expectsContinue, parser.bufferedBytes == 0 else { return }
    try await stream.write(ResponseEncoder.continueResponse, stallTime: limits.writeStallTime)
  }

  /// Feeds the parser once; false when the connection is over.
  private mutating func receive() async throws -> Bool {
    if inputEnded { return false }
    let room = isIdle ? Self.firstReadBytes : Self.readBytes
    switch try await stream.read(atMost: room, until: lifetime.deadline) {
    case .bytes(let bytes):
      if isIdle && !registry.setIdle(false, member) { return false }
      isIdle = false
      lifetime.received(bytes: bytes.count, at: .now)
      parser.receive(bytes)
      return true
    case .endOfInput:
      inputEnded = true
      return false
    case .timedOut:
      guard case .refuse(let error) = lifetime.expiry else { return false }
      throw error
    }
  }
}
