import Caching
import Kernels
import ModelFixtures
import Models
import Testing

@Suite struct TinyModelTests {
  static let shapes: [TinyLlama] = {
    var narrow = TinyLlama(.f32)
    (narrow.width, narrow.headDimension, narrow.isTied, narrow.feedForwardWidth) = (50, 16, false, 70)
    var shared = TinyLlama(.f16)
    (shared.kvHeads, shared.headDimension, shared.rotated) = (2, 32, 10)
    var large = TinyLlama(.q6_k)
    (large.width, large.queryHeads, large.kvHeads, large.headDimension) = (256, 8, 1, 32)
    (large.feedForwardWidth, large.layers) = (256, 1)
    var minima = large
    minima.type = .q4_k
    var untied = TinyLlama(.q8_0)
    (untied.isTied, untied.layers) = (false, 3)
    return [
      TinyLlama(.f32), narrow, shared, TinyLlama(.bf16), untied, TinyLlama(.q4_0), TinyLlama(.q4_1),
      TinyLlama(.q5_0),
      large, minima,
    ]
  }()

  private func tokens(_ count: Int, _ model: TinyLlama) -> [Int32] {
    var random = SplitMix64(state: 99)
    return (0..<count).map { _ in Int32.random(in: 0..<Int32(model.vocabulary), using: &random) }
  }

  @Test("the logits of every token equal the reference's", arguments: InstructionSet.available, shapes)
  func equalsReference(set: InstructionSet, tiny: TinyLlama) throws {
    let opened = try OpenedModel(tiny.make().file)
    let tokens = tokens(40, tiny)
    let found = try LoadedModel(opened.file, set: set).logits(
      [Array(tokens[..<9])] + tokens[9...].map { [$0] })
    var reference = try ReferenceModel(opened.file)
    let exact = try reference.logits(tokens)[8...]
    reference.roundsKeysAndValues = true
    reference.roundsInputs = tiny.type.isQuantized
    let rounded = try reference.logits(tokens)[8...]
    #expect(found.count == 32)
    // With the same roundings only the order of sums differs. A value on an edge between two steps may still fall either way: that
    // is seldom, but every later token sees it, since nothing damps a model without training.
    let differences = zip(found, rounded).map(relativeDifference).sorted()
    #expect(differences[0] < 2e-6)
    #expect(differences[16] < (tiny.type.isQuantized ? 0.02 : 1e-4))
    #expect(differences[31] < (tiny.type.isQuantized ? 0.05 : 1e-3))
    // All roundings together are noise: measured 0.08 at most with quantized weights, 0.003 without.
    let noise = zip(found, exact).map(relativeDifference).max() ?? .infinity
    #expect(noise < (tiny.type.isQuantized ? 0.15 : 5e-3))
  }

  @Test(
    "how the prompt is cut into chunks changes no bit of the logits", arguments: InstructionSet.available,
    shapes)
  func chunking(set: InstructionSet, tiny: TinyLlama) throws {
    let opened = try OpenedModel(tiny.make().file)
    let tokens = tokens(120, tiny)
    let loaded = try LoadedModel(opened.file, set: set)
    let whole = try loaded.logits([tokens])[0]
    for size in [1, 7, 32, 119] {
      let chunks = stride(from: 0, to: 120, by: size).map { Array(tokens[$0..<min(120, $0 + size)]) }
      #expect(try loaded.logits(chunks).last == whole, "chunks of \(size)")
    }
    #expect(try LoadedModel(opened.file, set: set, threads: 3).logits([tokens])[0] == whole)
  }

  @Test("a sequence's logits are bit-identical alone and in a batch", arguments: shapes)
  func company(tiny: TinyLlama) throws {
    let opened = try OpenedModel(tiny.make().file)
    let loaded = try LoadedModel(opened.file)
    let prompts = [1, 2, 17, 1, 33, 5, 8, 1].enumerated().map { index, count in
      tokens(40, tiny)[index..<index + count].map { $0 }
    }
    let alone = try prompts.map { try loaded.logits([$0])[0] }
    var batch = Batch()
    let caches = try prompts.map { try loaded.makeCache(tokens: $0.count) }
    var rows: [Int?] = []
    for (index, (prompt, cache)) in zip(prompts, caches).enumerated() {
      cache.append(prompt.count)
      rows.append(batch.append(prompt[...], cache: cache, wantsLogits: index != 2))
    }
    loaded.model.forward(batch)
    #expect(rows == [0, 1, nil, 2, 3, 4, 5, 6] && batch.logitsRows == 7)
    for (index, row) in rows.enumerated() { if let row { #expect(loaded.row(row) == alone[index]) } }
    batch.removeAll()
    loaded.model.forward(batch)
    #expect(batch.tokens.isEmpty && batch.logitsRows == 0)
  }

  @Test("weights are counted, and progress runs to the end")
  func progress() throws {
    let opened = try OpenedModel(TinyLlama().make().file)
    var seen: [Double] = []
    let pool = try ThreadPool(threads: 1)
    defer { pool.stop() }
    let model = try Model(
      file: opened.file, compute: Compute(instructions: try InstructionSet(), pool: pool), maxTokens: 1,
      maxLogitsRows: 1, progress: { seen.append($0) })
    #expect(seen == seen.sorted() && seen.last == 1 && seen.count == 3)
    #expect(model.weightBytes > 131 * 96 * 4)
  }
}
