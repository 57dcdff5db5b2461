import Caching
import Evaluation
import GGUF
import Kernels
import ModelFixtures
import Tokenizing

/// A made-up model that all measures can run on.
struct Tiny {
  let runner: ModelRunner
  let tokenizer: Tokenizer

  init() throws {
    var llama = TinyLlama(.q8_0)
    (llama.vocabulary, llama.isTied) = (267, false)
    var builder = llama.make().file
    builder.metadata += TinyVocabulary.metadata().metadata
    let temporary = try TemporaryFile(builder.bytes())
    // The mapping outlives the file's name.
    let file = try GGUFFile(path: temporary.path)
    let compute = Compute(instructions: try InstructionSet(), pool: try ThreadPool(threads: 2))
    runner = try ModelRunner(file: file, compute: compute, poolBytes: 8 << 20)
    tokenizer = try Tokenizer(metadata: file.metadata)
  }

  /// Tokens that look like nothing, the same for the same seed.
  static func tokens(_ count: Int, seed: UInt64 = 1) -> [Int32] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in Int32.random(in: 0..<256, using: &random) }
  }

  static func cell(
    _ policy: String, _ slots: Int, stride: Int? = nil, scope: BudgetScope = .total
  ) -> Cell {
    Cell(
      policy: policy, budget: "\(slots)",
      request: CacheRequest(policy: policy, budget: .slots(slots), scope: scope, stride: stride))
  }
}
