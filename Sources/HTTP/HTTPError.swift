/// A request that is refused before any handler sees it, with the status that says why.
///
/// The connection always ends with it: afterwards nobody can say where the next request begins, and guessing
/// is how requests get smuggled.
package struct HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
  package let status: Int
  package let message: String

  /// Refuses with a status and a sentence for the client.
  package init(_ status: Int, _ message: String) {
    self.status = status
    self.message = message
  }

  package var description: String { "\(status) \(reasonPhrase(of: status)): \(message)" }

  static func malformed(_ message: String) -> HTTPError { HTTPError(400, message) }

  /// The client took longer over its header section than `headerTime` allows, or let its body stall.
  package static func timeout(_ message: String) -> HTTPError { HTTPError(408, message) }
}

/// The words after a status code, of RFC 9110 section 15; empty for a code that is not ours.
package func reasonPhrase(of status: Int) -> String { reasonPhrases[status] ?? "" }

private let reasonPhrases = [
  100: "Continue", 200: "OK", 204: "No Content", 304: "Not Modified", 400: "Bad Request",
  401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
  408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 414: "URI Too Long",
  415: "Unsupported Media Type", 417: "Expectation Failed", 422: "Unprocessable Content",
  429: "Too Many Requests", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
  501: "Not Implemented", 503: "Service Unavailable", 505: "HTTP Version Not Supported",
]
