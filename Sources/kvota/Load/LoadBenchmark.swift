import Glibc
import Inference
import Serving

/// Loads our server and a peer in turn, round after round, with the same requests.
struct LoadBenchmark {
  let settings: Settings
  let ownFlags: [String]
  let peer: Peer?
  let arrivals: Arrivals
  /// Nil draws lengths anew in every round.
  let trace: [TraceEntry]?
  let requestCount: Int
  let maker: RequestMaker
  let rounds: Int
  let seed: UInt64
  let limits: LatencyLimits

  func run() async throws -> LoadReport {
    var own = LoadTally(limits: limits)
    var beside = LoadTally(limits: limits)
    for round in 0..<rounds {
      let (run, longest) = try makeRun(round)
      Console.note("round \(round + 1) of \(rounds): kvota")
      try await load(ServerProcess(own: settings, further: ownFlags), run, &own)
      guard let peer else { continue }
      Console.note("round \(round + 1) of \(rounds): peer")
      try await load(start(peer, longestTokens: longest), run, &beside)
    }
    return LoadReport(
      model: settings.alias, threads: settings.engine.threads, ownFlags: ownFlags,
      arrivals: arrivals.text, rounds: rounds, limits: limits,
      results: [own.result("kvota"), beside.result("peer")].compactMap(\.self))
  }

  /// The requests of a round, and the tokens of the longest.
  private func makeRun(_ round: Int) throws -> (LoadRun, longest: Int) {
    let seed = seed &+ UInt64(round) &* 1_000_003
    var random = SeededGenerator(seed: seed)
    let trace = trace ?? RequestMix.draw(requestCount, using: &random)
    let times = arrivals.times(trace, using: &random)
    // Recorded times need not be in order.
    let order = times.map { times in times.indices.sorted { times[$0] < times[$1] } } ?? Array(trace.indices)
    let requests = try maker.requests(order.map { trace[$0] }, seed: random.next())
    let run = LoadRun(
      requests: requests, arrivals: arrivals, times: times.map { times in order.map { times[$0] } })
    return (run, trace.map { $0.promptTokens + $0.outputTokens }.max() ?? 0)
  }

  /// Each of the peer's sequences has room of its own, as long as the longest request: its attention reads no more than that.
  private func start(_ peer: Peer, longestTokens: Int) throws -> ServerProcess {
    let room = (longestTokens / Self.peerTokens + 1) * Self.peerTokens
    return try peer.start(
      sequences: peerSequences, flashAttention: .auto, contextTokens: room * peerSequences,
      // Prompts that nobody will send again are not worth keeping.
      further: maker.sharedPrefix == 0 ? ["--cache-ram", "0"] : [])
  }

  /// It rounds its contexts to these.
  private static let peerTokens = 256

  private var peerSequences: Int {
    if case .closed(let clients) = arrivals {
      min(clients, Self.mostPeerSequences)
    } else {
      Self.openPeerSequences
    }
  }

  private static let openPeerSequences = 16
  private static let mostPeerSequences = 32

  private func load(_ server: ServerProcess, _ run: LoadRun, _ tally: inout LoadTally) async throws {
    defer { server.stop() }
    let before = Self.processorSeconds
    let outcomes = try await LoadClient.with(port: server.port) { await run.run($0) }
    try server.checkRuns()
    tally.add(outcomes, peakBytes: server.peakBytes, clientSeconds: Self.processorSeconds - before)
  }

  /// Processor time of this process; POSIX counts it in microseconds.
  private static var processorSeconds: Double { Double(clock()) / 1e6 }
}
