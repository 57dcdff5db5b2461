import Inference
import OpenAIAPI

/// `GET /v1/kv/{request}/events`: the cache of a running request, or of one that comes soon, as a stream of what changes.
///
/// Of several choices the first is seen.
struct CacheEvents: Endpoint {
  /// Time without an event after which the viewer is told that there is none, and for which a request may be awaited.
  private static let silenceTime = Duration.seconds(15)

  func respond(to call: Call, _ responder: Responder) async throws {
    let (id, model, watches) = (call.parameter, try call.service.model, try watches(of: call))
    guard RequestID.isSane(id) else {
      throw APIError.invalidRequest(
        "'\(id.prefix(80))' is no request's id; expected 1 to 128 letters, digits, '.', '_' and '-', as sent in"
          + " x-request-id", param: "request", code: "invalid_value")
    }
    let watch = watches.openViewer(id)
    defer { watches.closeViewer(id, watch) }
    try await responder.startEvents()
    var follower = CacheFollower(model.tokenizer)
    while true {
      switch try await Self.next(watch) {
      case .sighting(let sighting):
        for event in follower.events(to: sighting) { try await responder.send(chunk: event.json.encoded) }
        if sighting.finish != nil { return try await responder.finishEvents() }
      case .silence:
        guard watches.hasRequest(id) else { throw Self.noRequest(id) }
        try await responder.ping()
      case .nothing: throw Self.ended(id)
      }
    }
  }

  private enum News {
    case sighting(SequenceWatch.Sighting)
    case silence
    case nothing
  }

  /// What is seen next, or that nothing was for a while.
  private static func next(_ watch: SequenceWatch) async throws -> News {
    try await withThrowingTaskGroup { group in
      defer { group.cancelAll() }
      group.addTask { await watch.next().map(News.sighting) ?? .nothing }
      group.addTask {
        try await Task.sleep(for: silenceTime)
        return .silence
      }
      let news = try await group.next() ?? .nothing
      try Task.checkCancellation()
      return news
    }
  }

  private func watches(of call: Call) throws(APIError) -> CacheWatches {
    if let watches = call.service.watches { return watches }
    throw APIError(
      status: 404,
      message: "this server does not show its caches; start it with --kv-events on, or KVOTA_KV_EVENTS=on",
      type: "not_found_error", code: "kv_events_disabled")
  }

  private static func noRequest(_ id: String) -> APIError {
    APIError(
      status: 404,
      message:
        "no request with the id '\(id)' is here; send one with the header x-request-id: \(id) within 15"
        + " seconds of asking",
      type: "not_found_error", param: "request", code: "request_not_found")
  }

  private static func ended(_ id: String) -> APIError {
    APIError(
      status: 404, message: "the request '\(id)' ended before it began to compute, or is shown elsewhere now",
      type: "not_found_error", param: "request", code: "request_ended")
  }
}
