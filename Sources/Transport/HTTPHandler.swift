package import HTTP

/// What answers requests.
///
/// All may be called from many connections at once.
package protocol HTTPHandler: Sendable {
  /// A refusal that needs no body to decide (no such route, wrong method, no key), or nil.
  ///
  /// Asked when the head is complete; a request that is refused has its body neither read nor awaited.
  func refusal(of head: RequestHead) -> HTTPResponse?

  /// Whether the answer will wait for nothing, so that nobody needs to watch meanwhile whether the client is gone.
  func answersAtOnce(_ head: RequestHead) -> Bool

  /// Answers a whole request.
  ///
  /// Its task is cancelled once the client is gone. An error thrown before anything was sent becomes a
  /// 500; one thrown later cuts the connection, so that the client can see that the stream is incomplete.
  ///
  /// - Parameters:
  ///   - request: the request with its body.
  ///   - writer: takes exactly one response; not to be used after returning.
  /// - Throws: whatever made an answer impossible.
  func respond(to request: HTTPRequest, writer: ResponseWriter) async throws

  /// The response that tells a client about an error found below the handler; the connection closes after it.
  ///
  /// `head` is the request's, if it has come whole.
  func response(to error: HTTPError, head: RequestHead?) -> HTTPResponse
}

extension HTTPHandler {
  package func refusal(of head: RequestHead) -> HTTPResponse? { nil }
  package func answersAtOnce(_ head: RequestHead) -> Bool { false }
}
