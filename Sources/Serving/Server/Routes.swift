import HTTP
import OpenAIAPI

/// One line of the table of routes.
struct Route: Sendable {
  enum Need: Sendable {
    /// Answers always, as probes must.
    case nothing
    /// Answers once the model is loaded, and not while the server stops.
    case model
  }

  let method: String
  /// A path; one that ends with a slash takes whatever follows as its parameter.
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
    guard self.path.hasSuffix("/") else { return path == self.path ? "" : nil }
    guard path.hasPrefix(self.path), path.utf8.count > self.path.utf8.count else { return nil }
    return String(path.dropFirst(self.path.count))
  }

  func takes(_ method: String) -> Bool { method == self.method || (method == "HEAD" && self.method == "GET") }
}

/// All routes: a new endpoint is a file and a line here.
enum Routes {
  static let all: [Route] = [
    Route("POST", "/v1/completions", .model, Completions()),
    Route("POST", "/v1/chat/completions", .model, ChatCompletions()),
    Route("GET", "/v1/models", .model, Models()),
    Route("GET", "/v1/models/", .model, ModelByName()),
    Route("GET", "/v1/kv/sessions", .model, Sessions()),
    Route("GET", "/v1/kv/sessions/", .model, SessionByName()),
    Route("DELETE", "/v1/kv/sessions/", .model, SessionDeletions()),
    Route("POST", "/tokenize", .model, Tokenize()),
    Route("POST", "/detokenize", .model, Detokenize()),
    Route("POST", "/apply-template", .model, ApplyTemplate()),
    Route("GET", "/tokenizer_info", .model, TokenizerInfo()),
    Route("GET", "/props", .model, Props()),
    Route("GET", "/slots", .model, Slots()),
    Route("GET", "/health", .nothing, Readiness()),
    Route("GET", "/readyz", .nothing, Readiness()),
    Route("GET", "/livez", .nothing, Liveness()),
    Route("GET", "/metrics", .nothing, MetricsPage()),
    Route("GET", "/version", .nothing, Version()),
    Route("GET", "/openapi.json", .nothing, OpenAPIDescription()),
  ]

  /// What is to be done with a request, by its head alone.
  enum Match {
    case endpoint(Route, parameter: String)
    /// To OPTIONS: what may be asked here.
    case options(allowed: [String])
    case refusal(APIError, allowed: [String])
  }

  static func match(_ head: RequestHead) -> Match {
    if head.method == "OPTIONS", head.path == "*" {
      return .options(allowed: ["DELETE", "GET", "HEAD", "OPTIONS", "POST"])
    }
    let path = head.target.decodedPath ?? head.path
    let here = all.compactMap { route in route.parameter(in: path).map { (route: route, parameter: $0) } }
    guard !here.isEmpty else {
      let known = all.map(\.path).joined(separator: ", ")
      return .refusal(.notFound("there is nothing at \(path.prefix(200)); known: \(known)"), allowed: [])
    }
    let allowed =
      here.flatMap { $0.route.method == "GET" ? ["GET", "HEAD"] : [$0.route.method] } + ["OPTIONS"]
    if head.method == "OPTIONS" { return .options(allowed: allowed) }
    guard let found = here.first(where: { $0.route.takes(head.method) }) else {
      let error = APIError.http(
        405, "\(path) does not take \(head.method); allowed: \(allowed.joined(separator: ", "))")
      return .refusal(error, allowed: allowed)
    }
    if found.route.method == "POST", let error = mediaTypeError(head) { return .refusal(error, allowed: []) }
    return .endpoint(found.route, parameter: found.parameter)
  }

  /// A body of a declared type other than JSON is refused, and a compressed one; one of no declared type is taken for JSON.
  private static func mediaTypeError(_ head: RequestHead) -> APIError? {
    if let coding = head.headers["content-encoding"], coding.lowercased() != "identity" {
      return .http(415, "the body's content-encoding is '\(coding.prefix(80))'; send it as it is")
    }
    guard let type = head.headers["content-type"] else { return nil }
    let name = type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
    if name == "application/json" { return nil }
    return .http(415, "the body's content-type is '\(type.prefix(80))'; send application/json")
  }
}
