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

  /// Memory for the answer, of which one address gets a part at most; what comes over a Unix socket has none.
  var answerMemory: AnswerMemory {
    let address = request.remoteAddress == HTTPRequest.unixAddress ? nil : request.remoteAddress
    return AnswerMemory(of: service.answers, address: address)
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

  /// Runs what reads the body and makes of it what is to be done, one large body after the other.
  ///
  /// What a body says can take thirty times its bytes: so it must be worked through, and gone, before the next is read. `work` gets its
  /// turn, or nil if it needs none.
  func takingTurns<Value>(_ work: (Turn?) async throws -> Value) async throws -> Value {
    guard body.mostBytes > BodyReading.largestInPlace else { return try await work(nil) }
    return try await service.bodyTurns.run(work)
  }

  /// Opens the session that a body names, if it names one, while the next large body has its turn: a session's file may be large too.
  ///
  /// One does so at a time, so that what two large bodies say is in memory at most.
  func open(_ session: String?, of model: ServedModel, in turn: Turn?) async throws -> OpenSession? {
    guard session != nil else { return nil }
    try await turn?.exchange(for: service.sessionTurns)
    return try await model.open(session)
  }

  /// Runs what reads the body, which it gets decompressed and which is then gone, off the shared threads if it may be large.
  ///
  /// `work` is told how many levels of JSON may be in it.
  func read<Value: Sendable>(
    _ work: @escaping @Sendable ([UInt8], Int) throws -> Value
  ) async throws -> Value {
    let (body, depth) = (body, service.mostJSONDepth)
    return try await service.bodies.read(bytes: body.mostBytes) { try work(body.take(), depth) }
  }

  /// Runs what works on all that the body said, off the shared threads if that may be much.
  ///
  /// `isHard` if it may take long however small the body is.
  func compute<Value: Sendable>(
    isHard: Bool = false, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await service.bodies.read(bytes: isHard ? .max : body.mostBytes, work)
  }
}

/// What answers those who ask how the server is: at once, without a body to read.
///
/// It runs on a thread that waits for sockets, and must neither compute for long nor wait.
protocol Probe: Sendable {
  func answer(_ service: Service) -> HTTPResponse
}

/// What answers the requests of one route.
protocol Endpoint: Sendable {
  /// Answers; an `APIError` thrown becomes the answer.
  func respond(to call: Call, _ responder: Responder) async throws
}
