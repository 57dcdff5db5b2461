import Foundation
import Transport

/// Sends requests to one server of this machine, each over a connection of its own.
struct LoadClient: Sendable {
  let sockets: ClientSockets
  let port: UInt16

  /// Has a client while `body` runs.
  static func with<Result>(
    port: UInt16, isolation: isolated (any Actor)? = #isolation, _ body: (LoadClient) async throws -> Result
  ) async throws -> Result {
    try await body(LoadClient(sockets: try ClientSockets(), port: port))
  }

  /// Sends a request and follows its answer to the end, or until the client has had enough.
  ///
  /// Clients of different numbers come from different addresses, so that a server's limit for one address does not count.
  func send(_ request: LoadRequest, number: Int) async -> RequestOutcome {
    guard case .afterSeconds(let seconds) = request.departure else {
      return await exchange(request, number)
    }
    return await withTaskGroup(of: RequestOutcome?.self) { group in
      group.addTask { await exchange(request, number) }
      group.addTask {
        try? await Task.sleep(for: .seconds(seconds))
        return nil
      }
      var outcome = await group.next() ?? nil
      group.cancelAll()
      if outcome == nil { outcome = await group.next() ?? nil }
      return outcome ?? RequestOutcome(sent: .now, ended: .now)
    }
  }

  /// The body of the answer to a GET; nil if there is none.
  func get(_ path: String) async -> String? {
    let head = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    var (reader, body) = (ResponseReader(), [UInt8]())
    guard let socket = try? await sockets.connect(toPort: port, from: Self.address(0)) else { return nil }
    do {
      try await socket.write(Array(head.utf8))
      while !reader.isComplete, let bytes = try await socket.read() { body += try reader.receive(bytes) }
    } catch {}
    await socket.close()
    return reader.status == 200 && reader.mayEnd ? String(decoding: body, as: UTF8.self) : nil
  }

  private func exchange(_ request: LoadRequest, _ number: Int) async -> RequestOutcome {
    var outcome = RequestOutcome(sent: .now, ended: .now)
    do {
      let socket = try await sockets.connect(toPort: port, from: Self.address(number))
      do {
        try await socket.write(Self.bytes(of: request))
        try await follow(socket, request, &outcome)
      } catch {
        await socket.close()
        throw error
      }
      await socket.close()
    } catch is CancellationError {
      outcome.ending = .left
    } catch {
      outcome.ending = .failed("\(error)")
    }
    outcome.ended = .now
    return outcome
  }

  private func follow(
    _ socket: ClientSocket, _ request: LoadRequest, _ outcome: inout RequestOutcome
  ) async throws {
    var answer = IncomingAnswer(isStreamed: request.isStreamed)
    while !answer.isComplete {
      if case .afterEvents(let count) = request.departure, outcome.tokenTimes.count >= count { break }
      try Task.checkCancellation()
      guard let bytes = try await socket.read() else { break }
      let texts = try answer.receive(bytes)
      outcome.tokenTimes += repeatElement(.now, count: texts)
      outcome.outputTokens = outcome.tokenTimes.count
      if texts > 0 { outcome.promptTokens = request.promptTokens }
    }
    outcome.ending = answer.ending(hasLeft: request.departure != nil)
    if let usage = answer.usage {
      (outcome.promptTokens, outcome.outputTokens) = (usage.promptTokens, usage.completionTokens)
    }
  }

  private static func bytes(of request: LoadRequest) -> [UInt8] {
    Array(
      """
      POST \(request.path) HTTP/1.1\r
      Host: 127.0.0.1\r
      Content-Type: application/json\r
      Content-Length: \(request.json.utf8.count)\r
      Connection: close\r
      \r
      \(request.json)
      """.utf8)
  }

  /// Loopback is a whole network of addresses.
  private static func address(_ number: Int) -> String { "127.0.0.\(1 + number % 250)" }
}
