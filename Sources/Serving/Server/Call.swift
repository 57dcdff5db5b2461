import HTTP
import OpenAIAPI

/// One request on its way to an endpoint.
struct Call: Sendable {
  let request: HTTPRequest
  let id: String
  /// What stood in the path where the route has a parameter.
  let parameter: String
  let service: Service

  var body: [UInt8] { request.body }
  var cacheHeader: String? { request.head.headers["x-kvota-kv"] }

  /// Runs what reads the body, off the shared threads if it is large.
  func read<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await service.bodies.read(bytes: body.count, work)
  }
}

/// What answers the requests of one route.
protocol Endpoint: Sendable {
  /// Answers; an `APIError` thrown becomes the answer.
  func respond(to call: Call, _ responder: Responder) async throws
}
