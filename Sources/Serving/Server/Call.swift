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

  private var body: RequestBody { RequestBody(request, limit: service.mostBodyBytes) }
  /// Who asks, for limits on each client: the holder of a key, else an address; nil behind a Unix socket, where all would be one client.
  var client: Client? {
    if let key { return Client(name: "key \(key.name)", limit: key.maxSequences) }
    return request.remoteAddress == HTTPRequest.unixAddress ? nil : Client(name: request.remoteAddress)
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

  /// Runs what reads the body, which it gets decompressed, off the shared threads if it may be large.
  func read<Value: Sendable>(_ work: @escaping @Sendable ([UInt8]) throws -> Value) async throws -> Value {
    let body = body
    return try await service.bodies.read(bytes: body.mostBytes) { try work(body.plain) }
  }

  /// Runs what works on all that the body said, off the shared threads if that may be much.
  func compute<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await service.bodies.read(bytes: body.mostBytes, work)
  }
}

/// What answers the requests of one route.
protocol Endpoint: Sendable {
  /// Answers; an `APIError` thrown becomes the answer.
  func respond(to call: Call, _ responder: Responder) async throws
}
