package import HTTP
package import Logging
import OpenAIAPI
package import Transport

/// Answers HTTP requests: finds the endpoint, gives every answer its id, turns errors into OpenAI's form, and logs.
package struct Server: HTTPHandler {
  private let service: Service
  private let logger: Logger

  package init(_ service: Service, logger: Logger) {
    self.service = service
    self.logger = logger
  }

  package func refusal(of head: RequestHead) -> HTTPResponse? {
    guard let response = refusalWithoutID(of: head) else { return nil }
    let id = RequestID.choose(head.headers["x-request-id"])
    logger.info(
      "refused",
      metadata: [
        "id": "\(id)", "method": "\(head.method)", "path": "\(head.path)", "status": "\(response.status)",
      ])
    return response.with([("x-request-id", id)])
  }

  /// Probes and their like compute nothing, and wait for nothing.
  package func answersAtOnce(_ head: RequestHead) -> Bool {
    guard case .endpoint(let route, _) = Routes.match(head) else { return true }
    return route.need == .nothing
  }

  package func response(to error: HTTPError) -> HTTPResponse {
    let error: APIError =
      switch error.status {
      case 503: .serviceUnavailable(error.message, retryAfterSeconds: APIError.stoppingRetrySeconds)
      case 500: .server(error.message)
      // The client's doing, 501 and 505 included.
      default: .http(error.status, error.message)
      }
    return HTTPResponse.error(error).with([("x-request-id", RequestID.choose(nil))])
  }

  package func respond(to request: HTTPRequest, writer: ResponseWriter) async throws {
    let start = ContinuousClock.now
    let id = RequestID.choose(request.head.headers["x-request-id"])
    let responder = Responder(
      id: id, writer: writer, coding: ResponseCoding(request.head.headers, service.bodies))
    defer { log(request.head, id, responder, seconds: (ContinuousClock.now - start) / .seconds(1)) }
    switch Routes.match(request.head) {
    case .options(let allowed): try await responder.send(Self.options(allowed))
    case .refusal(let error, let fields): try await responder.send(HTTPResponse.error(error).with(fields))
    case .endpoint(let route, let parameter):
      let call = Call(request: request, id: id, parameter: parameter, service: service)
      try await respond(to: call, route, responder)
    }
  }

  private func respond(to call: Call, _ route: Route, _ responder: Responder) async throws {
    guard route.need != .nothing else { return try await route.endpoint.respond(to: call, responder) }
    do {
      _ = try service.model
      guard route.need == .onlooking || service.gate.enter() else { throw APIError.stopping }
      defer { if route.need != .onlooking { service.gate.leave() } }
      try await route.endpoint.respond(to: call, responder)
    } catch let error as APIError {
      service.metrics.update { $0.rejected[error.code ?? error.type, default: 0] += 1 }
      try await responder.send(error)
    } catch is CancellationError where responder.status != nil {
      // The client is gone, which then does not matter, or the time to finish is over.
      try await responder.send(APIError.cutShort)
      throw CancellationError()
    }
  }

  private func refusalWithoutID(of head: RequestHead) -> HTTPResponse? {
    switch Routes.match(head) {
    case .options(let allowed): return Self.options(allowed)
    case .refusal(let error, let fields): return HTTPResponse.error(error).with(fields)
    case .endpoint(let route, _):
      guard route.need != .nothing, let error = service.refusal else { return nil }
      service.metrics.update { $0.rejected[error.code ?? error.type, default: 0] += 1 }
      return .error(error)
    }
  }

  private static func options(_ allowed: [String]) -> HTTPResponse {
    HTTPResponse(status: 204).with([Routes.allow(allowed)])
  }

  private func log(_ head: RequestHead, _ id: String, _ responder: Responder, seconds: Double) {
    // Probes and scrapes come every few seconds and say nothing.
    let level = head.method == "GET" && responder.status == 200 ? Logger.Level.debug : .info
    guard level >= logger.logLevel else { return }
    var metadata: Logger.Metadata = [
      "id": "\(id)", "method": "\(head.method)", "path": "\(head.path)",
      "status": "\(responder.status.map(String.init) ?? "none")",
      "seconds": "\((seconds * 1e4).rounded() / 1e4)",
    ]
    if let usage = responder.usage {
      metadata["prompt_tokens"] = "\(usage.promptTokens)"
      metadata["cached_tokens"] = "\(usage.cachedTokens)"
      metadata["completion_tokens"] = "\(usage.completionTokens)"
    }
    logger.log(level: level, "answered", metadata: metadata)
  }
}
