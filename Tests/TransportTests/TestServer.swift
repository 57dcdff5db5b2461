import HTTP
import Logging
import Testing
import Transport

/// Answers by path, and tells what happened to its handlers.
struct PathHandler: HTTPHandler {
  let events: AsyncStream<String>
  private let report: AsyncStream<String>.Continuation

  init() { (events, report) = AsyncStream.makeStream() }

  func reception(of head: RequestHead) -> Reception {
    if head.path == "/refused" { return .answered(HTTPResponse(status: 404, body: Array("no route".utf8))) }
    return .accepted { try await respond(to: $0, writer: $1) }
  }

  func response(to error: HTTPError, head: RequestHead?) -> HTTPResponse {
    HTTPResponse(status: error.status, body: Array("\(error.message) \(head?.path ?? "")".utf8))
  }

  nonisolated(nonsending) private func respond(
    to request: HTTPRequest, writer: ResponseWriter
  ) async throws {
    switch request.head.path {
    case "/echo": try await writer.send(HTTPResponse(status: 200, body: request.body.take()))
    case "/peer": try await writer.send(HTTPResponse(status: 200, body: Array(request.remoteAddress.utf8)))
    case "/stream": try await stream(["one", "two"], to: writer)
    case "/taking":
      _ = request.body.take()
      try await finishWhenTold(writer)
    case "/silent": try await reporting { try await Task.sleep(for: .seconds(3600)) }
    case "/streaming": try await reporting { try await flood(writer) }
    case "/slow": try await finishWhenTold(writer)
    case "/nothing": break
    case "/broken": throw HTTPError(500, "broken")
    case "/broken-stream":
      try await writer.start(status: 200, headers: [:])
      try await writer.write(Array("half".utf8))
      throw HTTPError(500, "broken")
    default: try await writer.send(HTTPResponse(status: 200, body: Array(request.head.path.utf8)))
    }
  }

  /// Lets one request to `/slow` finish.
  let gate = AsyncStream<Void>.makeStream()

  nonisolated(nonsending) private func finishWhenTold(_ writer: ResponseWriter) async throws {
    report.yield("started")
    for await _ in gate.stream { break }
    try Task.checkCancellation()
    try await writer.send(HTTPResponse(status: 200, body: Array("done".utf8)))
  }

  nonisolated(nonsending) private func stream(_ pieces: [String], to writer: ResponseWriter) async throws {
    try await writer.start(status: 200, headers: ["Content-Type": "text/event-stream"])
    for piece in pieces { try await writer.write(ServerSentEvent.data(Array(piece.utf8)).encoded) }
    try await writer.finish()
  }

  nonisolated(nonsending) private func flood(_ writer: ResponseWriter) async throws {
    try await writer.start(status: 200, headers: [:])
    while true { try await writer.write(Array(repeating: 97, count: 1 << 14)) }
  }

  nonisolated(nonsending) private func reporting(_ body: nonisolated(nonsending) () async throws -> Void)
    async throws
  {
    report.yield("started")
    do {
      try await body()
    } catch {
      report.yield(Task.isCancelled ? "cancelled" : "\(error)")
      throw error
    }
  }
}

/// A server, by default on a free loopback port, there for the time of `body`.
func withServer(
  _ limits: HTTPLimits = HTTPLimits(), on places: [ListeningPlace] = [.freePort],
  identity: TLSIdentity? = nil, _ body: @Sendable (Listener, PathHandler) async throws -> Void
) async throws {
  let handler = PathHandler()
  let listener = try await Listener(
    on: places, identity: identity, limits: limits, handler: handler, logger: Logger(label: "test"))
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await listener.run() }
    do {
      try await body(listener, handler)
    } catch {
      await listener.stop(within: .zero)
      throw error
    }
    await listener.stop(within: .zero)
    try await group.waitForAll()
  }
}

extension ListeningPlace {
  static let freePort = ListeningPlace.address(.internet(host: "127.0.0.1", port: 0))
}

extension Listener {
  /// The port of its first internet socket; 0 if there is none.
  var port: Int {
    for case .internet(_, let port) in addresses { return port }
    return 0
  }
}

/// A GET of this path, ended by an empty line.
func get(_ path: String, _ fields: String = "") -> String {
  "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
}
