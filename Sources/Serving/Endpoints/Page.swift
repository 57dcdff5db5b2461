import HTTP
import OpenAIAPI
import Playground

/// `GET /`: the page to try the model on and watch its cache.
struct Page: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    try await responder.send(HTTPResponse.file(Playground.page, known: call.request.head.headers))
  }
}

/// `GET /page/{name}`: what the page loads.
struct PageFile: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    guard let file = Playground.files[call.parameter] else {
      return try await responder.send(
        APIError.notFound("the page has no file '\(call.parameter.prefix(80))'"))
    }
    try await responder.send(HTTPResponse.file(file, known: call.request.head.headers))
  }
}

extension HTTPResponse {
  /// A file of the page, or that it has not changed since `known`, a request's headers, got it.
  fileprivate static func file(_ file: Playground.File, known: HTTPHeaders) -> HTTPResponse {
    let tag = "\"\(String(CRC32.of(file.bytes), radix: 16))-\(file.bytes.count)\""
    // Whoever has a file asks each time whether it still holds: another version of the server may answer next.
    var headers: HTTPHeaders = ["ETag": tag, "Cache-Control": "no-cache"]
    let tags = known.values(of: "if-none-match").joined(separator: ",").split(separator: ",")
    if tags.contains(where: { $0.drop { $0 == " " }.prefix { $0 != " " } == tag }) {
      return HTTPResponse(status: 304, headers: headers)
    }
    headers.append("Content-Type", file.mediaType)
    for (name, value) in protection { headers.append(name, value) }
    return HTTPResponse(status: 200, headers: headers, body: file.bytes)
  }

  /// The page runs its own files only, talks to this server only, and stands in no other page.
  private static let protection = [
    (
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
  ]
}
