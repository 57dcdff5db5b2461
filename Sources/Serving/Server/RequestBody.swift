import Compression
import HTTP
import OpenAIAPI

/// A request's body as it came, perhaps compressed.
struct RequestBody: Sendable {
  /// What `content-encoding` may say; `accept-encoding` tells it to those who said something else.
  enum Coding: String, CaseIterable, Sendable {
    case identity, gzip

    /// How the body of a request is coded.
    init(_ headers: HTTPHeaders) throws(APIError) {
      let names = headers.values(of: "content-encoding")
      let name = names.joined(separator: ", ").lowercased()
      // The older name of gzip: RFC 9110 section 8.4.1.3.
      guard let coding = names.isEmpty ? .identity : Self(rawValue: name == "x-gzip" ? "gzip" : name) else {
        throw .http(415, "the body's content-encoding is '\(name.prefix(80))'; send it as it is, or in gzip")
      }
      self = coding
    }
  }

  private let content: ReceivedBody
  private let coding: Coding
  private let limit: Int

  /// - Parameters:
  ///   - request: a request whose coding was found good.
  ///   - limit: the most bytes that it may be decompressed.
  init(_ request: HTTPRequest, limit: Int) {
    content = request.body
    coding = (try? Coding(request.head.headers)) ?? .identity
    self.limit = limit
  }

  /// What reading it may cost, in bytes.
  var mostBytes: Int { coding == .identity ? content.byteCount : limit }

  /// The body in plain, once: the request then holds it no more.
  ///
  /// Throws 400 if it is not what it is said to be, 413 if it is too large.
  func take() throws(APIError) -> [UInt8] {
    let bytes = content.take()
    guard coding == .gzip else { return bytes }
    do {
      return try Gzip.decompress(bytes, limit: limit)
    } catch {
      guard case .tooLarge = error else {
        throw .invalidRequest("the body cannot be decompressed: \(error)", code: "invalid_content_encoding")
      }
      throw .http(413, "the body is too large: \(error)")
    }
  }
}
