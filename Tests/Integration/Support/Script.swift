import Foundation
import Testing

/// A script of the folder `Clients`: JSON in, JSON out.
enum Script {
  /// Runs it with `input`, to which the server's address and the model's name are added.
  static func run(_ name: String, _ input: JSON = [:], at server: RunningServer? = nil) async throws -> JSON {
    let server = try server ?? RealClients.server
    let session: JSON = ["address": .string(server.address), "model": .string(RunningServer.model)]
    let command = try await Command.run(
      try #require(Surroundings.python), ["\(Surroundings.clients)/\(name).py"],
      input: session.with(input).encoded())
    try #require(command.status == 0, "\(command.errors.suffix(4000))")
    return try JSON.parse(command.output)
  }
}
