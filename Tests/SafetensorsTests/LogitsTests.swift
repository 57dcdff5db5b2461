import Caching
import GGUF
import Kernels
import Models
import Safetensors
import Testing

@Suite("logits of a folder") struct LogitsTests {
  private func logits(_ quantization: Quantization?, _ tokens: [Int32]) throws -> [Float] {
    let threads = try ThreadPool(threads: 1)
    defer { threads.stop() }
    let compute = Compute(instructions: try InstructionSet(), pool: threads)
    let model = try Model(
      file: ModelFolder.open(Goldens.llama, quantization: quantization), compute: compute, maxTokens: 256,
      maxLogitsRows: 1)
    let shape = try model.configuration.cacheShape
    let pool = try CachePool(limitBytes: 1 << 26, shape: shape)
    let plan = try CachePlan(CacheRequest(), shape: shape, promptTokens: tokens.count, maxNewTokens: 0)
    let cache = try #require(pool.makeCache(plan))
    defer { pool.release(cache) }
    cache.append(tokens.count)
    var batch = Batch()
    batch.append(tokens[...], cache: cache, wantsLogits: true)
    model.forward(batch)
    return model.withLogits(0) { span in span.indices.map { span[$0] } }
  }

  /// The largest difference, in units of the largest logit.
  private func difference(_ quantization: Quantization?) throws -> Float {
    let goldens = try Goldens.read()
    let ours = try logits(quantization, goldens.tokens)
    #expect(ours.count == goldens.logits.count)
    let scale = goldens.logits.map(abs).max() ?? 1
    return (zip(ours, goldens.logits).map { abs($0 - $1) }.max() ?? .infinity) / scale
  }

  @Test(
    "they are those of the transformers library's layout, computed in double precision, past the context that was scaled"
  )
  func exact() throws {
    // Keys and values are halves.
    #expect(try difference(nil) < 2e-3)
  }

  @Test("matrices of 8 bits change them little, and those of 4 bits more")
  func quantized() throws {
    let (eight, four) = (try difference(.q8_0), try difference(.q4_1))
    #expect(eight < 0.08 && eight < four && four < 0.5, "\(eight), \(four)")
  }
}
