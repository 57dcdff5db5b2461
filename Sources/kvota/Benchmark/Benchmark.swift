import GGUF
import Inference
import Kernels
import Models
import Serving
import Tokenizing

/// Measures rows, each repetition of ours followed by one of the peer: what disturbs one disturbs both.
struct Benchmark {
  let settings: Settings
  /// Which rows; nil for all.
  let only: String?
  let isFull: Bool
  let repetitions: Int
  /// Path of a llama-server; nil measures ours alone.
  let peerExecutable: String?

  func run() throws -> BenchReport {
    let file = try settings.openModel()
    let context = try Architectures.configuration(of: file, rotary: settings.engine.rotary).contextLength
    let all = Workload.all(full: isFull)
    let rows = try RowSelection(
      only, of: all.map(\.name) + [TokenizingBenchmark.name, FootprintBenchmark.name])
    let chosen = all.filter { rows.includes($0.name) }
    let fitting = chosen.filter { $0.totalTokens(repetitions: repetitions) <= context }
    let compute = Compute(
      instructions: try .fromEnvironment(), pool: try ThreadPool(threads: settings.engine.threads))
    Console.note("loading \(settings.modelPath)")
    let own = try OwnModel(
      file, compute: compute, settings: settings.engine, workloads: fitting, repetitions: repetitions)
    var session = BenchSession(own: own, repetitions: repetitions, samples: CeilingSamples(compute: compute))
    try session.measure(fitting, peer: peer, settings: isFull ? [.on, .off] : [.auto])
    var report = BenchReport(
      settings, repetitions: repetitions, compute: compute, file: file, ceilings: session.ceilings)
    report.weightBytes = own.model.weightBytes
    report.rows = session.rows(fitting)
    report.leftOut = chosen.filter { !fitting.contains($0) }.map(\.name)
    if rows.includes(TokenizingBenchmark.name) {
      Console.note(TokenizingBenchmark.name)
      report.tokenizing = TokenizingBenchmark(
        tokenizer: try Tokenizer(metadata: file.metadata), repetitions: repetitions
      ).run()
    }
    guard rows.includes(FootprintBenchmark.name) else { return report }
    let footprint = try footprint(own.configuration).run()
    (report.footprint, report.peerFootprint) = (footprint.own, footprint.peer)
    return report
  }

  private var peer: Peer? {
    peerExecutable.map {
      Peer(executable: $0, model: settings.modelPath, threads: settings.engine.threads)
    }
  }

  private func footprint(_ model: ModelConfiguration) -> FootprintBenchmark {
    Console.note(FootprintBenchmark.name)
    return FootprintBenchmark(
      settings: settings, repetitions: repetitions, peer: peer, vocabularySize: model.vocabularySize,
      promptTokens: min(512, model.contextLength / 2), newTokens: min(64, model.contextLength / 4))
  }
}
