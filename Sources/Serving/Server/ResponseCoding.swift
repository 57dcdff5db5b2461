import Compression
import HTTP

/// Compresses the answers to one request that are worth it, if the client takes them so.
struct ResponseCoding: Sendable {
  /// Below this the fields that it takes and the work outweigh what is saved.
  static let leastBytes = 1 << 10

  let acceptsGzip: Bool
  let bodies: BodyReading

  init(_ headers: HTTPHeaders, _ bodies: BodyReading) {
    acceptsGzip = headers.preferGzip
    self.bodies = bodies
  }

  /// The response as it is sent; throws only if the task is cancelled while a large one waits.
  func encode(_ response: HTTPResponse) async throws -> HTTPResponse {
    guard response.body.count > Self.leastBytes, Self.isText(response.headers["content-type"]) else {
      return response
    }
    // Caches must know, also from the answer to somebody who does not take it.
    var response = response.with([("Vary", "accept-encoding")])
    guard acceptsGzip else { return response }
    let body = response.body
    response.body = try await bodies.read(bytes: body.count) { Gzip.compress(body) }
    response.headers.append("Content-Encoding", "gzip")
    return response
  }

  private static func isText(_ type: String?) -> Bool {
    guard let type = type?.lowercased() else { return false }
    return type.hasPrefix("text/") || type.hasPrefix("application/json")
  }
}
