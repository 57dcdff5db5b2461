/// Why bytes could not be exchanged.
package enum TransportError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The server cannot listen there.
  case cannotListen(on: String, reason: String)
  /// Nobody answers at a port of this machine.
  case cannotConnect(port: Int, reason: String)
  /// The client and we found no common TLS, or what it sent is none.
  case notSecured(reason: String)
  /// The peer closed or reset the connection.
  case clientGone
  /// The peer took no byte for the time allowed.
  case writeStalled
  /// The handler sent a second response, or wrote to a stream that it did not start.
  case responseOutOfOrder(String)

  package var description: String {
    switch self {
    case .cannotListen(let place, let reason): "cannot listen on \(place): \(reason)"
    case .cannotConnect(let port, let reason): "cannot connect to port \(port): \(reason)"
    case .notSecured(let reason): "no secure connection: \(reason)"
    case .clientGone: "the client closed the connection"
    case .writeStalled: "the client stopped reading and the write time ran out"
    case .responseOutOfOrder(let what): "response out of order: \(what); a request has one response"
    }
  }
}
