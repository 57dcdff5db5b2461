import Caching
import Foundation
import Inference
import Models
import Serving

/// Counts the conversations that servers compute at the same time.
struct ConversationBenchmark {
  let settings: Settings
  let model: ModelConfiguration
  let peer: Peer?
  let totalTokens: Int
  let answerTokens: Int

  /// Sent beyond what fits, to see that it is the memory that bounds.
  private static let excess = 2
  private static let samplingPause = Duration.milliseconds(100)
  /// The peer rounds a sequence's room up to these.
  private static let peerTokens = 256

  func run(policy: String, budget: String) async throws -> ConversationReport {
    var rows = [
      try await own("kvota, full", ["--kv-policy", "full"]),
      try await own("kvota, \(policy) \(budget)", ["--kv-policy", policy, "--kv-budget", budget]),
    ]
    if let peer { rows.append(try await beside(peer)) }
    return ConversationReport(
      model: settings.alias, threads: settings.engine.threads, kvMemoryBytes: settings.engine.kvPoolBytes,
      tokens: totalTokens, rows: rows)
  }

  /// As the server says after the first conversation how much of the pool that took, it is known how many fit.
  private func own(_ name: String, _ cache: [String]) async throws -> ConversationRow {
    let pool = settings.engine.kvPoolBytes
    let server = try ServerProcess(
      own: settings, further: ["--kv-memory", "\(pool)", "--max-sequences", "\(Self.mostSequences)"] + cache)
    defer { server.stop() }
    let reserved = try await measure(name, server, conversations: 1).reservedBytes
    let fitting = min(Self.mostSequences, pool / max(1, reserved))
    return try await measure(name, server, conversations: fitting + Self.excess)
  }

  private static let mostSequences = 256

  private func beside(_ peer: Peer) async throws -> ConversationRow {
    let name = "peer, full in f16"
    let room = (totalTokens + Self.peerTokens - 1) / Self.peerTokens * Self.peerTokens
    let bytes = room * (try model.cacheShape.tokenBytes)
    let sequences = max(1, settings.engine.kvPoolBytes / bytes)
    let log = FileManager.default.temporaryDirectory.appending(path: "kvota-peer-\(UUID().uuidString)")
    try Data().write(to: log)
    defer { try? FileManager.default.removeItem(at: log) }
    let server = try peer.start(
      sequences: sequences, flashAttention: .auto, contextTokens: sequences * room,
      further: ["--metrics", "--cache-ram", "0", "--log-verbosity", "4"], log: FileHandle(forWritingTo: log))
    defer { server.stop() }
    var row = try await measure(name, server, conversations: sequences + Self.excess)
    row.reservedBytes = Self.keyValueBytes(log: try String(contentsOf: log, encoding: .utf8)) ?? 0
    return row
  }

  /// What llama-server's log says of its keys and values, in whole MiB; nil if nothing.
  static func keyValueBytes(log: String) -> Int? {
    log.firstMatch(of: /KV buffer size = +([0-9.]+) MiB/).flatMap { Double($0.output.1) }.map {
      Int($0 * 1_048_576)
    }
  }

  private func measure(_ name: String, _ server: ServerProcess, conversations: Int) async throws
    -> ConversationRow
  {
    let entry = TraceEntry(promptTokens: totalTokens - answerTokens, outputTokens: answerTokens)
    let maker = RequestMaker(vocabularySize: model.vocabularySize)
    Console.note("\(name): \(conversations) at once")
    let run = LoadRun(
      requests: try maker.requests(
        Array(repeating: entry, count: conversations), seed: UInt64(conversations)),
      arrivals: .closed(clients: conversations), times: nil)
    return try await LoadClient.with(port: server.port) { client in
      let watching = Task { await Self.watch(client) }
      let outcomes = await run.run(client)
      try server.checkRuns()
      watching.cancel()
      let seen = await watching.value
      return ConversationRow(
        name: name, sent: conversations, served: outcomes.count { $0.ending == .done },
        atOnce: seen.running, reservedBytes: seen.reservedBytes,
        seconds: outcomes.map(\.seconds).max() ?? 0, peakBytes: server.peakBytes ?? 0)
    }
  }

  /// The most sequences that were computed at once, and the most of the pool that was promised to them.
  ///
  /// Both servers have the first metric; the second is ours.
  private static func watch(_ client: LoadClient) async -> (running: Int, reservedBytes: Int) {
    var (running, reserved) = (0, 0)
    while !Task.isCancelled {
      let metrics = await client.metrics()
      running = max(running, metrics?.count("llamacpp:requests_processing") ?? 0)
      reserved = max(reserved, metrics?.count("kvota_kv_reserved_bytes") ?? 0)
      try? await Task.sleep(for: samplingPause)
    }
    return (running, reserved)
  }
}
