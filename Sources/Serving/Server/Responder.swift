import HTTP
import OpenAIAPI
import Transport

/// Answers one request in the server's manner: its id and other common fields on every answer, JSON, events, errors in OpenAI's form.
///
/// Remembers what was answered, for the log.
final class Responder {
  /// The fields of the request that nothing was done with; listed in a header.
  var ignoredFields: [String] = []
  /// What the request used, once known.
  var usage: Usage?
  /// Where the time of its generation went, once it has ended.
  var timings: RequestTimings?
  /// Whether it was given up: the client went away, or the server had no more time.
  var isCut = false
  /// The status, once sent.
  private(set) var status: Int?
  private var isStreaming = false
  /// What every answer to this request carries.
  private let commonFields: [(String, String)]
  private let writer: ResponseWriter
  private let coding: ResponseCoding

  init(fields: [(String, String)], writer: ResponseWriter, coding: ResponseCoding) {
    commonFields = fields
    self.writer = writer
    self.coding = coding
  }

  func send(_ json: JSONValue) async throws { try await send(.json(json)) }

  /// Sends JSON that is already text.
  func send(json: [UInt8]) async throws { try await send(HTTPResponse.json(json)) }

  func send(_ response: HTTPResponse) async throws {
    let response = try await coding.encode(response)
    status = response.status
    try await writer.send(response.with(fields))
  }

  /// Sends an error as the whole answer, or as the last event of a stream, which the caller then cuts.
  func send(_ error: APIError) async throws {
    guard isStreaming else { return try await send(.error(error)) }
    try await writer.write(ServerSentEvent.data(error.json.encoded).encoded)
  }

  /// Begins a stream of events.
  func startEvents() async throws {
    status = 200
    isStreaming = true
    var headers: HTTPHeaders = [
      "Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no",
    ]
    for (name, value) in fields { headers.append(name, value) }
    try await writer.start(status: 200, headers: headers)
  }

  func send(chunk: [UInt8]) async throws { try await writer.write(ServerSentEvent.data(chunk).encoded) }

  /// A sign of life that clients skip.
  func ping() async throws { try await writer.write(ServerSentEvent.comment("ping").encoded) }

  /// Ends the stream with the event that says so.
  func finishEvents() async throws {
    try await writer.write(ServerSentEvent.done.encoded)
    try await writer.finish()
  }

  private var fields: [(String, String)] {
    let ignored = ignoredFields.isEmpty ? [] : [("x-kvota-ignored", Self.listed(ignoredFields))]
    return commonFields + ignored
  }

  /// The names for a header, cut where a client would refuse its length.
  static func listed(_ names: [String]) -> String {
    let (mostNames, mostScalars) = (20, 64)
    return names.prefix(mostNames).map { String($0.unicodeScalars.prefix(mostScalars)) }.joined(
      separator: ", ")
      + (names.count > mostNames ? ", ..." : "")
  }
}

extension HTTPResponse {
  static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
    .json(value.encoded, status: status)
  }

  static func json(_ encoded: [UInt8], status: Int = 200) -> HTTPResponse {
    HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: encoded)
  }

  static func error(_ error: APIError) -> HTTPResponse {
    var response = HTTPResponse.json(error.json, status: error.status)
    if error.status == 401 { response.headers.append("WWW-Authenticate", "Bearer") }
    if let seconds = error.retryAfterSeconds { response.headers.append("Retry-After", String(seconds)) }
    return response
  }

  func with(_ fields: [(String, String)]) -> HTTPResponse {
    var response = self
    for (name, value) in fields { response.headers.append(name, value) }
    return response
  }
}
