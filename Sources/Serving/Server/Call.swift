import HTTP
import Inference
import OpenAIAPI

/// One request on its way to an endpoint.
struct Call: Sendable {
  let request: HTTPRequest
  let id: String
  /// What stood in the path where the route has a parameter.
  let parameter: String
  /// The key that it came with; nil where none is needed.
  let key: APIKey?
  let service: Service

  var body: [UInt8] { request.body }
  /// Who asks, for limits on each client: the holder of a key, else an address.
  var client: Client {
    guard let key else { return Client(name: request.remoteAddress) }
    return Client(name: "key \(key.name)", limit: key.maxSequences)
  }

  /// What `x-kvota-kv` says; two of them would leave open which counts.
  var cacheHeader: CacheOptions? {
    get throws(APIError) {
      let values = request.head.headers.values(of: "x-kvota-kv")
      guard values.count > 1 else {
        return try values.first.map { text throws(APIError) in try CacheOptions(header: text) }
      }
      throw .invalidRequest(
        "x-kvota-kv is there \(values.count) times; send it once, as in \"roco; budget=512; stride=32\"",
        param: "x-kvota-kv", code: "invalid_value")
    }
  }

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
