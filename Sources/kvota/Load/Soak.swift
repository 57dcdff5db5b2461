import Inference
import Serving

/// Uses a server of our own in every way for some time.
struct Soak {
  let settings: Settings
  let flags: [String]
  let clients: Int
  let seconds: Double
  let vocabularySize: Int
  let seed: UInt64

  private static let idleSeconds = 30
  private static let samplingPause = Duration.seconds(1)

  /// The server did not tell what it should.
  struct NoMetrics: Error, CustomStringConvertible {
    var description: String { "the server's /metrics does not answer, or lacks kvota_weight_bytes" }
  }

  func run() async throws -> SoakReport {
    let server = try ServerProcess(own: settings, further: flags)
    defer { server.stop() }
    Console.note("\(clients) clients for \(Progress.text(seconds))")
    return try await LoadClient.with(port: server.port) { client in
      let sampling = Task { [process = server.processIdentifier] in await Self.sample(process) }
      let tally = await use(client)
      sampling.cancel()
      try server.checkRuns()
      let memory = await sampling.value
      let metrics = try await idle(client)
      guard let weights = metrics.count("kvota_weight_bytes"), let pool = metrics.count("kvota_kv_pool_bytes")
      else { throw NoMetrics() }
      return SoakReport(
        model: settings.alias, seconds: seconds, clients: clients, flags: flags, done: tally.done,
        left: tally.left,
        peakBytes: server.peakBytes ?? 0,
        checks: SoakChecks(
          residentBytes: memory.resident + [server.peakBytes].compactMap(\.self),
          outsidePoolBytes: memory.outsidePool, weightBytes: weights,
          poolBytes: pool,
          usedBytes: metrics.count("kvota_kv_used_bytes") ?? 0,
          reservedBytes: metrics.count("kvota_kv_reserved_bytes") ?? 0,
          unfinished: Self.unfinished(metrics), failures: tally.failures))
    }
  }

  private struct Tally {
    var done = 0
    var left = 0
    var failures: [String: Int] = [:]

    mutating func add(_ other: Tally) {
      done += other.done
      left += other.left
      failures.merge(other.failures, uniquingKeysWith: +)
    }

    mutating func add(_ ending: RequestOutcome.Ending) {
      switch ending {
      case .done: done += 1
      case .left: left += 1
      case .failed(let reason): failures[reason, default: 0] += 1
      }
    }
  }

  private func use(_ client: LoadClient) async -> Tally {
    let end = ContinuousClock.now + .seconds(seconds)
    return await withTaskGroup(of: Tally.self) { group in
      for number in 0..<clients {
        group.addTask {
          var requests = SoakRequests(vocabularySize: vocabularySize, seed: seed &+ UInt64(number) &* 7919)
          var tally = Tally()
          while ContinuousClock.now < end, let request = try? requests.next() {
            tally.add(await client.send(request, number: number).ending)
          }
          return tally
        }
      }
      return await group.reduce(into: Tally()) { $0.add($1) }
    }
  }

  private static func sample(_ process: Int32) async -> (resident: [Int], outsidePool: [Int]) {
    var (resident, outsidePool): ([Int], [Int]) = ([], [])
    while !Task.isCancelled {
      if let bytes = ProcessMemory.residentBytes(processIdentifier: process) { resident.append(bytes) }
      if let bytes = ProcessMemory.bytesOutsidePool(processIdentifier: process) { outsidePool.append(bytes) }
      try? await Task.sleep(for: samplingPause)
    }
    return (resident, outsidePool)
  }

  /// The metrics once nothing runs any more, or after some time anyway.
  private func idle(_ client: LoadClient) async throws -> Exposition {
    let deadline = ContinuousClock.now + .seconds(Self.idleSeconds)
    while let metrics = await client.metrics() {
      let isIdle = Self.unfinished(metrics) == 0 && metrics.count("kvota_kv_used_bytes") == 0
      if isIdle || ContinuousClock.now > deadline { return metrics }
      try await Task.sleep(for: .milliseconds(100))
    }
    throw NoMetrics()
  }

  private static func unfinished(_ metrics: Exposition) -> Int {
    (metrics.count("vllm:num_requests_running") ?? 0) + (metrics.count("vllm:num_requests_waiting") ?? 0)
  }
}
