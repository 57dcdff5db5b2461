import Inference
import Models
import Serving

/// Measures all workloads, each repetition of ours followed by one of the peer: what disturbs one disturbs both.
struct Benchmark {
  let settings: Settings
  let repetitions: Int
  /// Path of a llama-server; nil measures ours alone.
  let peerExecutable: String?

  func run() throws -> BenchReport {
    Console.note("loading \(settings.modelPath)")
    let own = try OwnSpeed(settings, workloads: Workload.all)
    let workloads = Workload.all.filter { $0.promptTokens + $0.newTokens <= own.configuration.contextLength }
    // A server's room for sequences is fixed when it starts.
    let rows = try [false, true].flatMap { isBatched in
      try measure(workloads.filter { ($0.sequences > 1) == isBatched }, own)
    }
    return BenchReport(
      version: Kvota.version, model: settings.alias, instructions: own.instructions,
      threads: settings.engine.threads, repetitions: repetitions, rows: rows)
  }

  private func measure(_ workloads: [Workload], _ own: OwnSpeed) throws -> [BenchReport.Row] {
    guard let sequences = workloads.map(\.sequences).max() else { return [] }
    let server = try peerExecutable.map { executable in
      Console.note("starting \(executable) for \(sequences) at once")
      return try PeerServer(
        executable: executable, model: settings.modelPath, threads: settings.engine.threads,
        sequences: sequences)
    }
    defer { server?.stop() }
    let peer = server.map { PeerSpeed(server: $0, vocabularySize: own.configuration.vocabularySize) }
    return try workloads.compactMap { try measure($0, own, peer) }
  }

  private func measure(_ workload: Workload, _ own: OwnSpeed, _ peer: PeerSpeed?) throws -> BenchReport.Row? {
    var (ownRates, peerRates): ([Double], [Double]) = ([], [])
    for repetition in 1...repetitions {
      ownRates.append(try own.tokensPerSecond(workload))
      if let peer { peerRates.append(try peer.tokensPerSecond(workload)) }
      let rates = [ownRates.last, peerRates.last].compactMap { $0.map { BenchReport.rounded($0) } }
      Console.note(
        "\(workload.name), \(repetition) of \(repetitions): \(rates.joined(separator: ", peer ")) tokens/s")
    }
    return BenchReport.Row(workload, own: ownRates, peer: peerRates)
  }
}
