package import HTTP

/// What is to become of a request, by its head alone.
package enum Reception {
  /// Answers a whole request.
  ///
  /// Its task is cancelled once the client is gone. An error thrown before anything was sent becomes a
  /// 500; one thrown later cuts the connection, so that the client can see that the stream is incomplete.
  /// The writer takes exactly one response, and is not to be used after returning.
  package typealias Answer = @Sendable (HTTPRequest, ResponseWriter) async throws -> Void

  /// It is answered by what needs no body to decide (a probe, no such route, wrong method, no key), and its body neither read nor awaited.
  case answered(HTTPResponse)
  /// It will be answered once it is whole.
  case accepted(Answer)
}

/// What answers requests.
///
/// All may be called from many connections at once.
package protocol HTTPHandler: Sendable {
  /// Asked once for each request, when its head is complete, on the thread that waits for sockets: it must neither compute for long nor wait.
  func reception(of head: RequestHead) -> Reception

  /// The response that tells a client about an error found below the handler; the connection closes after it.
  ///
  /// `head` is the request's, if it has come whole.
  func response(to error: HTTPError, head: RequestHead?) -> HTTPResponse
}
