import Foundation
import Testing

/// Calls of the real `openai` package, in one Python process.
enum OpenAIClient {
  /// One call: the method's arguments, and what is done with the answer.
  struct Call: Encodable, Sendable {
    var endpoint: String
    var arguments: JSON
    /// Streamed events after which the client goes away.
    var closeAfter: Int?

    static func completion(_ arguments: JSON) -> Call {
      Call(endpoint: "completions", arguments: named.with(arguments))
    }

    static func chat(_ arguments: JSON) -> Call { Call(endpoint: "chat", arguments: named.with(arguments)) }

    private static let named: JSON = [
      "model": .string(RunningServer.model), "max_tokens": 8, "temperature": 0,
    ]
  }

  private struct Session: Encodable {
    let address: String
    let key: String
    /// A file with the certificate to trust.
    let authority: String?
    /// The path of the Unix socket to connect to, instead of the address's port.
    let socket: String?
    let calls: [Call]
    let together: Bool
  }

  /// Makes the calls one after the other, or all at once.
  ///
  /// An answer is the response as the package parsed it; a streamed one is `{"events": [...]}`, an error
  /// `{"error": "BadRequestError", "status": 400, "param": ..., ...}`.
  static func run(
    _ calls: [Call], together: Bool = false, at server: RunningServer? = nil, key: String = "none",
    trusting authority: String? = nil, over socket: String? = nil
  ) async throws -> [JSON] {
    let server = try server ?? RealClients.server
    return try await run(
      calls, together: together, address: server.address, key: key, trusting: authority, over: socket)
  }

  /// The same for any address, such as a proxy's.
  static func run(
    _ calls: [Call], together: Bool = false, address: String, key: String = "none",
    trusting authority: String? = nil, over socket: String? = nil
  ) async throws -> [JSON] {
    let session = Session(
      address: address, key: key, authority: authority, socket: socket, calls: calls, together: together)
    let command = try await Command.run(
      try #require(Surroundings.python), [Surroundings.clients + "/openai_calls.py"],
      input: JSONEncoder.sorted.encode(session))
    try #require(command.status == 0, "\(command.errors)")
    return try JSON.parse(command.output).items
  }

  static func run(_ call: Call) async throws -> JSON { try await run([call])[0] }
}
