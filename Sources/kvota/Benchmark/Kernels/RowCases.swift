import Inference
import Kernels
import Models

/// What is done with single rows between the matrices, what the pool of threads costs, and the choice of a token.
struct RowCases {
  let compute: Compute
  let model: ModelConfiguration

  var all: [KernelCase] { [norm(quantized: false), norm(quantized: true), add, region] + samplers }

  private func norm(quantized: Bool) -> KernelCase {
    KernelCase(name: "rms norm\(quantized ? " and quantize" : ""), \(model.width)") {
      let rows = RowOperands(model.width, quantized: quantized, compute: compute)
      return KernelCase.Call { rows.normalize() }
    }
  }

  private var add: KernelCase {
    KernelCase(name: "add, \(model.width)") {
      let rows = RowOperands(model.width, quantized: false, compute: compute)
      return KernelCase.Call { rows.add() }
    }
  }

  /// A region of the pool that does nothing.
  private var region: KernelCase {
    struct Nothing: ParallelWork {
      func perform(_ task: Int) {}
    }
    return KernelCase(name: "region of \(compute.pool.threadCount) tasks") {
      KernelCase.Call { compute.pool.run(tasks: compute.pool.threadCount, Nothing()) }
    }
  }

  private var samplers: [KernelCase] {
    var (greedy, nucleus) = (SamplingParameters(), SamplingParameters())
    greedy.temperature = 0
    (nucleus.topP, nucleus.seed) = (0.9, 1)
    return [("sample greedily", greedy), ("sample, top-p 0.9", nucleus)].map { name, parameters in
      KernelCase(name: "\(name), \(model.vocabularySize)") {
        let logits = SamplerOperands(model.vocabularySize, parameters)
        return KernelCase.Call { logits.sample() }
      }
    }
  }

  /// Random rows, quantized if that is wanted.
  static func activations(_ tokens: Int, _ width: Int, quantized: Bool, compute: Compute) -> Activations {
    let source = floats(tokens, width)
    let norm = Norm(rms: floats(1, width), epsilon: 1e-5)
    let rows = Activations(capacity: tokens, width: width, quantized: quantized)
    compute.normalize(source, by: norm, rows: tokens, into: rows)
    return rows
  }

  /// Random rows.
  static func floats(_ rows: Int, _ width: Int) -> FloatRows {
    let floats = FloatRows(capacity: rows, width: width)
    for row in 0..<rows {
      floats.withRow(row) { span in for index in span.indices { span[index] = .random(in: -1...1) } }
    }
    return floats
  }
}

/// A row of each kind that the operations on rows work with.
private final class RowOperands {
  private let compute: Compute
  private let source: FloatRows
  private let update: FloatRows
  private let norm: Norm
  private let out: Activations

  init(_ width: Int, quantized: Bool, compute: Compute) {
    self.compute = compute
    source = RowCases.floats(1, width)
    update = RowCases.floats(1, width)
    norm = Norm(rms: RowCases.floats(1, width), epsilon: 1e-5)
    out = Activations(capacity: 1, width: width, quantized: quantized && width % 32 == 0)
  }

  func normalize() { compute.normalize(source, by: norm, rows: 1, into: out) }
  func add() { compute.add(update, to: source, rows: 1) }
}

/// A row of logits, and who chooses from it.
private final class SamplerOperands {
  private let logits: FloatRows
  private var sampler: Sampler
  private var candidates = Candidates()

  init(_ vocabularySize: Int, _ parameters: SamplingParameters) {
    logits = RowCases.floats(1, vocabularySize)
    // Some tokens stand out, as those of a real model do.
    logits.withRow(0) { span in for index in span.indices { span[index] *= span[index] * span[index] * 12 } }
    sampler = Sampler(parameters, prompt: [])
  }

  func sample() { _ = logits.withRow(0) { sampler.sample(&$0, candidates: &candidates) } }
}
