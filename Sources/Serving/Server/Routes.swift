import HTTP
import OpenAIAPI

/// One line of the table of routes.
struct Route: Sendable {
  enum Need: Sendable {
    /// Answers everybody, always, as probes must.
    case nothing
    /// Answers always, but only who may ask.
    case access
    /// Answers who may ask, once the model is loaded, and not while the server stops.
    case model
    /// Likewise, but only looks on: a server that stops does not wait for it.
    case onlooking

    var includesModel: Bool { self == .model || self == .onlooking }
  }

  let method: String
  /// A path, in which `*` stands for the parameter.
  let path: String
  let need: Need
  let endpoint: any Endpoint

  init(_ method: String, _ path: String, _ need: Need, _ endpoint: any Endpoint) {
    self.method = method
    self.path = path
    self.need = need
    self.endpoint = endpoint
  }

  /// The parameter if the path is this route's, empty if it has none; nil if it is another's.
  func parameter(in path: String) -> String? {
    guard let star = self.path.firstIndex(of: "*") else { return path == self.path ? "" : nil }
    let (start, end) = (self.path[..<star], self.path[star...].dropFirst())
    guard path.hasPrefix(start), path.hasSuffix(end), path.utf8.count > start.utf8.count + end.utf8.count
    else { return nil }
    return String(path.dropFirst(start.count).dropLast(end.count))
  }

  func takes(_ method: String) -> Bool { method == self.method || (method == "HEAD" && self.method == "GET") }
}

/// All routes: a new endpoint is a file and a line here.
enum Routes {
  static let all: [Route] = [
    Route("GET", "/", .nothing, Page()),
    Route("GET", "/page/*", .nothing, PageFile()),
    Route("POST", "/v1/completions", .model, Completions()),
    Route("POST", "/v1/chat/completions", .model, ChatCompletions()),
    Route("GET", "/v1/models", .model, Models()),
    Route("GET", "/v1/models/*", .model, ModelByName()),
    Route("GET", "/v1/kv/policies", .access, PolicyListing()),
    Route("GET", "/v1/kv/sessions", .model, Sessions()),
    Route("GET", "/v1/kv/sessions/*", .model, SessionByName()),
    Route("DELETE", "/v1/kv/sessions/*", .model, SessionDeletions()),
    Route("GET", "/v1/kv/*/events", .onlooking, CacheEvents()),
    Route("POST", "/tokenize", .model, Tokenize()),
    Route("POST", "/detokenize", .model, Detokenize()),
    Route("POST", "/apply-template", .model, ApplyTemplate()),
    Route("GET", "/tokenizer_info", .model, TokenizerInfo()),
    Route("GET", "/props", .model, Props()),
    Route("GET", "/slots", .model, Slots()),
    Route("GET", "/health", .nothing, Readiness()),
    Route("GET", "/readyz", .nothing, Readiness()),
    Route("GET", "/livez", .nothing, Liveness()),
    Route("GET", "/metrics", .access, MetricsPage()),
    Route("GET", "/version", .access, Version()),
    Route("GET", "/openapi.json", .access, OpenAPIDescription()),
  ]

  /// What is to be done with a request, by its head alone.
  enum Match {
    case endpoint(Route, parameter: String)
    /// To OPTIONS: what may be asked here.
    case options(allowed: [String])
    /// With what may be sent instead, in a field such as `allow`.
    case refusal(APIError, fields: [(String, String)])

    /// Whether everybody is answered.
    var isProbe: Bool { if case .endpoint(let route, _) = self { route.need == .nothing } else { false } }
  }

  static func match(_ head: RequestHead) -> Match {
    if head.method == "OPTIONS", head.path == "*" {
      return .options(allowed: ["DELETE", "GET", "HEAD", "OPTIONS", "POST"])
    }
    let path = head.target.decodedPath ?? head.path
    let here = all.compactMap { route in route.parameter(in: path).map { (route: route, parameter: $0) } }
    guard !here.isEmpty else {
      let known = all.map(\.path).joined(separator: ", ")
      return .refusal(.notFound("there is nothing at \(path.prefix(200)); known: \(known)"), fields: [])
    }
    let allowed =
      here.flatMap { $0.route.method == "GET" ? ["GET", "HEAD"] : [$0.route.method] } + ["OPTIONS"]
    if head.method == "OPTIONS" { return .options(allowed: allowed) }
    guard let found = here.first(where: { $0.route.takes(head.method) }) else {
      let error = APIError.http(
        405, "\(path) does not take \(head.method); allowed: \(allowed.joined(separator: ", "))")
      return .refusal(error, fields: [allow(allowed)])
    }
    if found.route.method == "POST", let refusal = bodyRefusal(head) { return refusal }
    return .endpoint(found.route, parameter: found.parameter)
  }

  /// The field that says what may be asked.
  static func allow(_ methods: [String]) -> (String, String) { ("Allow", methods.joined(separator: ", ")) }

  /// A body that is declared to be something else than JSON, or coded in a way that we do not read.
  private static func bodyRefusal(_ head: RequestHead) -> Match? {
    do {
      _ = try RequestBody.Coding(head.headers)
    } catch {
      let known = RequestBody.Coding.allCases.map(\.rawValue).joined(separator: ", ")
      return .refusal(error, fields: [("Accept-Encoding", known)])
    }
    return mediaTypeError(head).map { .refusal($0, fields: []) }
  }

  /// A body of a declared type other than JSON is refused; one of no declared type is taken for JSON.
  private static func mediaTypeError(_ head: RequestHead) -> APIError? {
    guard let type = head.headers["content-type"] else { return nil }
    let name = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
    if name == "application/json" { return nil }
    return .http(415, "the body's content-type is '\(type.prefix(80))'; send application/json")
  }
}
