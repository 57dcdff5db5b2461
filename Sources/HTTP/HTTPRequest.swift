/// The versions we speak; others are refused with 505.
package enum HTTPVersion: Sendable, Equatable {
  case http10
  case http11
}

/// All that a request says before its body.
package struct RequestHead: Equatable, Sendable {
  /// The method token as sent; methods are case-sensitive.
  package let method: String
  package let target: RequestTarget
  package let version: HTTPVersion
  package let headers: HTTPHeaders
  package let framing: BodyFraming

  package var path: String { target.path }

  /// Whether the client waits for `100 Continue` before it sends the body.
  package var expectsContinue: Bool {
    version == .http11 && framing != .none && headers["expect"] != nil
  }

  /// Whether the client is willing to send another request on the same connection.
  package var keepsAlive: Bool {
    switch version {
    case .http11: !headers.contains("close", in: "connection")
    case .http10:
      headers.contains("keep-alive", in: "connection") && !headers.contains("close", in: "connection")
    }
  }
}

/// A whole request, as a handler gets it.
package struct HTTPRequest: Sendable {
  package let head: RequestHead
  package let body: ReceivedBody
  /// What the peers of a Unix socket, who have no addresses, are all called.
  package static let unixAddress = "unix"

  /// The address of the peer without its port, or `unixAddress`.
  package let remoteAddress: String

  package init(head: RequestHead, body: ReceivedBody, remoteAddress: String) {
    self.head = head
    self.body = body
    self.remoteAddress = remoteAddress
  }
}
