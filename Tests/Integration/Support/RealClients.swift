import Testing

/// All tests against a running server share one, and are run one after the other: it is the machine's two cores that they share.
@Suite(
  "real clients against the real server", .serialized, .servesModel,
  .enabled(if: Surroundings.areComplete, "needs the binary, the model and the Python environment: make test"))
enum RealClients {
  @TaskLocal static var current: RunningServer?

  /// The server of the tests that run now.
  static var server: RunningServer {
    get throws { try #require(current) }
  }
}

/// Starts the server before the suite's first test; after the last one SIGTERM must end it with status 0.
struct ServedModel: SuiteTrait, TestScoping {
  let flags: [String]

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    try await RunningServer.with(flags) { server in
      try await RealClients.$current.withValue(server) { try await function() }
    }
  }
}

extension Trait where Self == ServedModel {
  static var servesModel: Self { Self(flags: []) }

  /// A server of its own, with these flags.
  static func servesModel(_ flags: [String]) -> Self { Self(flags: flags) }
}
