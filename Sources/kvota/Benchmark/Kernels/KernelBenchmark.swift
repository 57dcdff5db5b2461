import GGUF
import Inference
import Kernels
import Models
import Serving
import Tokenizing

/// Times kernels one after the other, each often enough for the clock.
struct KernelBenchmark {
  let settings: Settings
  /// Which kernels; nil for all.
  let only: String?
  let repetitions: Int

  /// What a repetition takes at least.
  private static let leastTime = Duration.milliseconds(20)

  /// Shapes are those of the model in the settings, whose weights are not read.
  func run() throws -> BenchReport {
    let file = try settings.openModel()
    let model = try Architectures.configuration(of: file, rotary: settings.engine.rotary)
    let compute = Compute(
      instructions: try .fromEnvironment(), pool: try ThreadPool(threads: settings.engine.threads))
    let all =
      MatrixCases(compute: compute, width: model.width).all
      + AttentionCases(compute: compute, model: model, kvType: settings.engine.kvType).all
      + RowCases(compute: compute, model: model).all
      + GrammarCases(
        tokenizer: try Tokenizer(metadata: file.metadata), vocabularySize: model.vocabularySize
      ).all
    let rows = try RowSelection(only, of: all.map(\.name))
    var samples = CeilingSamples(compute: compute)
    let kernels = try measure(all.filter { rows.includes($0.name) }, &samples)
    var report = BenchReport(
      settings, repetitions: repetitions, compute: compute, file: file, ceilings: samples.ceilings)
    report.kernels = kernels
    return report
  }

  private func measure(_ cases: [KernelCase], _ samples: inout CeilingSamples) throws -> [KernelRow] {
    var measured: [(seconds: [Double], cost: Cost)] = []
    var progress = Progress(weights: cases.map { _ in 1 })
    for kernel in cases {
      progress.begin(kernel.name)
      samples.take()
      let call = try kernel.prepare()
      measured.append((seconds(call.run), call.cost))
    }
    return zip(cases, measured).compactMap { kernel, measured in
      KernelRow(kernel.name, seconds: measured.seconds, cost: measured.cost, ceilings: samples.ceilings)
    }
  }

  /// Of one call, for each repetition.
  private func seconds(_ call: () -> Void) -> [Double] {
    var calls = 1
    while time(call, calls) < Self.leastTime { calls *= 2 }
    return (0..<repetitions).map { _ in time(call, calls) / .seconds(1) / Double(calls) }
  }

  private func time(_ call: () -> Void, _ calls: Int) -> Duration {
    ContinuousClock().measure { for _ in 0..<calls { call() } }
  }
}
