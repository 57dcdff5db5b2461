package import HTTP
package import Logging
import OpenAIAPI
package import Transport

/// Answers HTTP requests: lets in who may ask, finds the endpoint, gives every answer its id, turns errors into OpenAI's form, and logs.
package struct Server: HTTPHandler {
  /// Where a request is answered, and what its head says for that.
  private struct Place {
    let endpoint: any Endpoint
    let need: Route.Need
    let parameter: String
    let key: APIKey?
  }

  private let service: Service
  let logger: Logger

  package init(_ service: Service, logger: Logger) {
    self.service = service
    self.logger = logger
  }

  package func reception(of head: RequestHead) -> Reception {
    // Whether a request may come in comes first: who may not is not even told what there is.
    if let answer = service.crossOrigin.preflight(head) { return answered(head, answer, "refused") }
    let match = Routes.match(head)
    switch (service.access.verdict(head, match.need), match) {
    case (.refused(let error), _):
      let isPage = match.need == .browsing && error.status == 401
      return refused(head, error, isPage ? [Access.passwordField] : [])
    case (.allowed, .options(let allowed)):
      return answered(head, HTTPResponse(status: 204).with([Routes.allow(allowed)]), "refused")
    case (.allowed, .refusal(let error, let fields)): return refused(head, error, fields)
    case (.allowed(let key), .endpoint(let route, let parameter)):
      if let error = Self.bodyRefusal(head, route) ?? (route.need.includesModel ? service.refusal : nil) {
        return refused(head, error)
      }
      switch route.answerer {
      case .probe(let probe): return answered(head, probe.answer(service), "answered")
      case .endpoint(let endpoint):
        let place = Place(endpoint: endpoint, need: route.need, parameter: parameter, key: key)
        return .accepted { request, writer in try await respond(to: request, at: place, writer) }
      }
    }
  }

  private func refused(
    _ head: RequestHead, _ error: APIError, _ fields: [(String, String)] = []
  ) -> Reception {
    countRefusal(error)
    return answered(head, HTTPResponse.error(error).with(fields), "refused")
  }

  private func answered(
    _ head: RequestHead, _ response: HTTPResponse, _ outcome: Logger.Message
  ) -> Reception {
    let id = RequestID.choose(head.headers["x-request-id"])
    log(head, id, outcome, status: response.status)
    return .answered(response.with(commonFields(head, id)))
  }

  /// Nobody would read a body here, and it would be held as long as the answer takes.
  private static func bodyRefusal(_ head: RequestHead, _ route: Route) -> APIError? {
    guard route.method != "POST", head.framing != .none else { return nil }
    return .invalidRequest(
      "\(head.method) \(route.path) takes no body, but the request announces one; send it without Content-Length and"
        + " Transfer-Encoding", code: "unexpected_body")
  }

  package func response(to error: HTTPError, head: RequestHead?) -> HTTPResponse {
    let error: APIError =
      switch error.status {
      case 503: .serviceUnavailable(error.message, retryAfterSeconds: APIError.stoppingRetrySeconds)
      case 500: .server(error.message)
      // The client's doing, 501 and 505 included.
      default: .http(error.status, error.message)
      }
    // The others are the client's HTTP.
    if error.status >= 500 { countRefusal(error) }
    let id = RequestID.choose(head?.headers["x-request-id"])
    guard let head else { return HTTPResponse.error(error).with([("x-request-id", id)]) }
    log(head, id, "refused", status: error.status)
    return HTTPResponse.error(error).with(commonFields(head, id))
  }

  private func respond(to request: HTTPRequest, at place: Place, _ writer: ResponseWriter) async throws {
    let start = ContinuousClock.now
    let id = RequestID.choose(request.head.headers["x-request-id"])
    let responder = Responder(
      fields: commonFields(request.head, id), writer: writer,
      coding: ResponseCoding(request.head.headers, service.bodies))
    defer {
      log(
        request.head, id, key: place.key, responder, seconds: (ContinuousClock.now - start) / .seconds(1))
    }
    let call = Call(request: request, id: id, parameter: place.parameter, key: place.key, service: service)
    try await respond(to: call, at: place, responder)
  }

  private func respond(to call: Call, at place: Place, _ responder: Responder) async throws {
    do {
      guard place.need.includesModel else { return try await place.endpoint.respond(to: call, responder) }
      _ = try service.model
      guard place.need == .onlooking || service.gate.enter() else { throw APIError.stopping }
      defer { if place.need != .onlooking { service.gate.leave() } }
      try await place.endpoint.respond(to: call, responder)
    } catch let error as APIError {
      countRefusal(error)
      try await responder.send(error)
    } catch is CancellationError {
      responder.isCut = true
      // The time to finish is over, or the client is gone, whom then nothing reaches.
      if responder.status != nil || !service.gate.isOpen { try await responder.send(APIError.cutShort) }
      throw CancellationError()
    } catch let error as TransportError {
      // The client is gone, or reads nothing.
      throw error
    } catch {
      logger.warning("a request failed", metadata: ["id": "\(call.id)", "cause": "\(Self.cause(error))"])
      try await responder.send(
        APIError.server("the request could not be answered; the server's log says why"))
    }
  }

  /// Why our own part failed, without paths: they hold sessions' names.
  private static func cause(_ error: any Error) -> String {
    (error as? FileError)?.reason ?? "\(type(of: error))"
  }

  private func commonFields(_ head: RequestHead, _ id: String) -> [(String, String)] {
    var fields = [("x-request-id", id)]
    fields += service.crossOrigin.fields(head)
    return fields
  }

  private func countRefusal(_ error: APIError) {
    service.metrics.update { $0.rejected[error.code ?? error.type, default: 0] += 1 }
  }
}
