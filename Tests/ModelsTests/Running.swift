import Caching
import Foundation
import GGUF
import Kernels
import ModelFixtures
import Models

/// A loaded model with threads of its own, for one test.
final class LoadedModel {
  let model: Model
  let pool: CachePool
  /// For caches that keep every token in all layers, where windows are masks only: they can be fed in chunks of any sizes.
  let wholePool: CachePool
  private let threads: ThreadPool

  init(_ file: GGUFFile, set: InstructionSet? = nil, threads count: Int = 2, maxTokens: Int = 512) throws {
    threads = try ThreadPool(threads: count)
    let compute = Compute(instructions: try set ?? InstructionSet(), pool: threads)
    model = try Model(file: file, compute: compute, maxTokens: maxTokens, maxLogitsRows: 16)
    var shape = try model.configuration.cacheShape
    pool = try CachePool(limitBytes: 1 << 30, shape: shape)
    shape.window = nil
    wholePool = try CachePool(limitBytes: 1 << 30, shape: shape)
  }

  deinit { threads.stop() }

  func makeCache(tokens: Int) throws -> SequenceCache {
    let plan = try CachePlan(
      CacheRequest(), shape: wholePool.shape, promptTokens: tokens, maxNewTokens: 0)
    guard let cache = wholePool.makeCache(plan) else { throw CacheError.sizeOverflow(slots: tokens) }
    return cache
  }

  /// The logits after each of the chunks, fed one after the other to a cache of all tokens: `[chunks][vocabulary]`.
  func logits(_ chunks: [[Int32]]) throws -> [[Float]] {
    let cache = try makeCache(tokens: chunks.reduce(0) { $0 + $1.count })
    defer { wholePool.release(cache) }
    return chunks.map { chunk in
      cache.append(chunk.count)
      var batch = Batch()
      batch.append(chunk[...], cache: cache, wantsLogits: true)
      model.forward(batch)
      return row(0)
    }
  }

  func row(_ row: Int) -> [Float] {
    model.withLogits(row) { span in span.withUnsafeBufferPointer { Array($0) } }
  }
}

/// A file made up by a test.
final class OpenedModel {
  let file: GGUFFile
  var path: String { temporary.path }
  private let temporary: TemporaryFile

  init(_ builder: GGUFBuilder) throws {
    temporary = try TemporaryFile(builder.bytes())
    file = try GGUFFile(path: temporary.path)
  }
}

/// Largest difference of two rows of logits, in units of the second's largest magnitude.
func relativeDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count, a.allSatisfy({ $0.isFinite }) else { return .infinity }
  let largest = b.map(abs).max() ?? 0
  return largestDifference(a, b) / largest
}

func largestDifference(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }

func greatest(_ logits: [Float]) -> Int32 {
  Int32(logits.indices.max { logits[$0] < logits[$1] } ?? 0)
}

/// Kullback-Leibler divergence of what `logits` mean from what `truth` means, in nats.
func divergence(_ truth: [Float], _ logits: [Float]) -> Double {
  let (p, q) = (logShares(truth), logShares(logits))
  return zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
}

func logShares(_ logits: [Float]) -> [Double] {
  let greatest = Double(logits.max() ?? 0)
  let total = log(logits.reduce(0.0) { $0 + exp(Double($1) - greatest) })
  return logits.map { Double($0) - greatest - total }
}
