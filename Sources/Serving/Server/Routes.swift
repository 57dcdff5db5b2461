import HTTP
import OpenAIAPI

/// One line of the table of routes.
struct Route: Sendable {
  enum Need: Sendable {
    /// Answers everybody, always, as probes must.
    case nothing
    /// Answers always, but only who may ask; a browser may show its key as a password.
    case browsing
    /// Answers always, but only who may ask.
    case access
    /// Answers who may ask, once the model is loaded, and not while the server stops.
    case model
    /// Likewise, but only looks on: a server that stops does not wait for it.
    case onlooking

    var includesModel: Bool { self == .model || self == .onlooking }
  }

  /// What answers.
  enum Answerer: Sendable {
    case probe(any Probe)
    case endpoint(any Endpoint)
  }

  let method: String
  /// A path, in which `*` stands for the parameter.
  let path: String
  let need: Need
  let answerer: Answerer

  init(_ method: String, _ path: String, _ need: Need, _ endpoint: any Endpoint) {
    self.method = method
    self.path = path
    self.need = need
    answerer = .endpoint(endpoint)
  }

  init(probe path: String, _ probe: any Probe) {
    method = "GET"
    self.path = path
    need = .nothing
    answerer = .probe(probe)
  }

  func takes(_ method: String) -> Bool { method == self.method || (method == "HEAD" && self.method == "GET") }
}

/// Routes by their paths, found without going through all of them.
struct RouteTable {
  /// The routes of a path, one for each method.
  struct Place {
    var routes: [Route]
    /// Methods that are taken, with those that follow from them.
    var allowed: [String] {
      routes.flatMap { $0.method == "GET" ? ["GET", "HEAD"] : [$0.method] } + ["OPTIONS"]
    }
  }

  private var places: [String: Place] = [:]
  /// Those with a parameter, and what stands before and after it.
  private var patterns: [(place: Place, start: Substring, end: Substring)] = []

  init(_ routes: [Route]) {
    let byPath = Dictionary(grouping: routes, by: \.path)
    for path in routes.map(\.path) where places[path] == nil {
      let place = Place(routes: byPath[path] ?? [])
      if let star = path.firstIndex(of: "*") {
        patterns.append((place, path[..<star], path[star...].dropFirst()))
      } else {
        places[path] = place
      }
    }
  }

  /// What is at a path, and its parameter, which is empty where there is none.
  func place(at path: String) -> (place: Place, parameter: String)? {
    if let place = places[path] { return (place, "") }
    for (place, start, end) in patterns where path.hasPrefix(start) && path.hasSuffix(end) {
      guard path.utf8.count > start.utf8.count + end.utf8.count else { continue }
      return (place, String(path.dropFirst(start.count).dropLast(end.count)))
    }
    return nil
  }
}

/// All routes: a new endpoint is a file and a line here.
enum Routes {
  static let all: [Route] = [
    Route("GET", "/", .browsing, Page()),
    Route("GET", "/page/*", .browsing, PageFile()),
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
    Route(probe: "/health", Readiness()),
    Route(probe: "/readyz", Readiness()),
    Route(probe: "/livez", Liveness()),
    Route("GET", "/metrics", .access, MetricsPage()),
    Route("GET", "/version", .access, Version()),
    Route("GET", "/openapi.json", .access, OpenAPIDescription()),
  ]

  static let table = RouteTable(all)

  /// What is to be done with a request, by its head alone.
  enum Match {
    case endpoint(Route, parameter: String)
    /// To OPTIONS: what may be asked here.
    case options(allowed: [String])
    /// With what may be sent instead, in a field such as `allow`.
    case refusal(APIError, fields: [(String, String)])

    /// What is needed to be answered; to be told that nothing is there, what most need.
    var need: Route.Need { if case .endpoint(let route, _) = self { route.need } else { .access } }
  }

  static func match(_ head: RequestHead) -> Match {
    if head.method == "OPTIONS", head.path == "*" {
      return .options(allowed: ["DELETE", "GET", "HEAD", "OPTIONS", "POST"])
    }
    let path = head.target.decodedPath ?? head.path
    guard let (place, parameter) = table.place(at: path) else {
      let known = all.map(\.path).joined(separator: ", ")
      return .refusal(.notFound("there is nothing at \(path.prefix(200)); known: \(known)"), fields: [])
    }
    if head.method == "OPTIONS" { return .options(allowed: place.allowed) }
    guard let route = place.routes.first(where: { $0.takes(head.method) }) else {
      let error = APIError.http(
        405, "\(path) does not take \(head.method); allowed: \(place.allowed.joined(separator: ", "))")
      return .refusal(error, fields: [allow(place.allowed)])
    }
    if route.method == "POST", let refusal = bodyRefusal(head) { return refusal }
    return .endpoint(route, parameter: parameter)
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
