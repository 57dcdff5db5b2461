import Models

/// The measurements of a run while it goes on.
struct BenchSession {
  private struct Result {
    var own: [Measurement] = []
    var peer: [(Peer.FlashAttention, [Double])] = []
    var kvMemory: KVMemory?
  }

  private let own: OwnModel
  private let repetitions: Int
  private var samples: CeilingSamples
  private var results: [String: Result] = [:]

  /// A row that has taken so long is not repeated once more, if it has been at all.
  private static let mostSeconds = 60.0

  init(own: OwnModel, repetitions: Int, samples: CeilingSamples) {
    self.own = own
    self.repetitions = repetitions
    self.samples = samples
  }

  var ceilings: Ceilings { samples.ceilings }

  /// The rows of all workloads that were measured, in their order.
  func rows(_ workloads: [Workload]) -> [SpeedRow] {
    workloads.compactMap { workload in
      results[workload.name].flatMap { result in
        SpeedRow(
          workload, own: result.own, ceilings: ceilings, kvMemory: result.kvMemory,
          peer: .best(result.peer))
      }
    }
  }

  /// Measures everything; with a peer once for each of its settings, and only one of it runs at a time.
  mutating func measure(_ workloads: [Workload], peer: Peer?, settings: [Peer.FlashAttention]) throws {
    let passes = peer == nil ? 1 : settings.count
    let weights = workloads.map { $0.weight(repetitions: repetitions) * (peer == nil ? 1 : 5) }
    var progress = Progress(weights: Array(repeating: weights, count: passes).flatMap(\.self))
    guard let peer else {
      for workload in workloads { try measure(workload, nil, .auto, &progress) }
      return
    }
    // A server's room for sequences is fixed when it starts.
    for group in [workloads.filter { $0.sequences == 1 }, workloads.filter { $0.sequences > 1 }] {
      guard let sequences = group.map(\.sequences).max() else { continue }
      for setting in settings {
        let server = try peer.start(sequences: sequences, flashAttention: setting)
        defer { server.stop() }
        let speed = PeerSpeed(server: server, vocabularySize: own.configuration.vocabularySize)
        for workload in group { try measure(workload, speed, setting, &progress) }
      }
    }
  }

  private mutating func measure(
    _ workload: Workload, _ peer: PeerSpeed?, _ setting: Peer.FlashAttention, _ progress: inout Progress
  ) throws {
    progress.begin(workload.name)
    samples.take()
    var result = results[workload.name] ?? Result()
    var peerRates: [Double] = []
    let start = ContinuousClock.now
    let row = try OwnRow(workload, in: own, repetitions: repetitions)
    for repetition in 0..<repetitions {
      if repetition >= 2, start.duration(to: .now) > .seconds(Self.mostSeconds) { break }
      result.own.append(row.measure())
      if let peer { peerRates.append(try peer.tokensPerSecond(workload)) }
    }
    result.kvMemory = row.kvMemory
    if peer != nil { result.peer.append((setting, peerRates)) }
    results[workload.name] = result
  }
}
