import Caching
package import GGUF
package import Kernels
import Models
import Tokenizing

#if canImport(Glibc)
  import Glibc
#endif

/// How well a model predicts a text: `exp` of the mean negative log-likelihood of its tokens.
package struct Perplexity: Sendable, Equatable {
  /// Tokens that were predicted.
  package private(set) var tokens = 0
  private var sum = 0.0
  private var squares = 0.0

  package init() {}

  /// Counts one token that had this negative log-likelihood, in nats.
  package mutating func add(_ negativeLogLikelihood: Double) {
    tokens += 1
    sum += negativeLogLikelihood
    squares += negativeLogLikelihood * negativeLogLikelihood
  }

  package var value: Double { exp(sum / Double(tokens)) }

  /// Standard error of `value`, as if tokens were independent.
  package var standardError: Double {
    let mean = sum / Double(tokens)
    let variance = max(squares / Double(tokens) - mean * mean, 0)
    return (variance / Double(max(tokens - 1, 1))).squareRoot() * value
  }
}

/// Measures the perplexity of a text in windows that do not overlap, each from an empty cache, of which the second half counts.
///
/// That is how llama.cpp's `llama-perplexity` measures, so that both can be compared: windows of `window` tokens, the first of which
/// is replaced by the beginning-of-sequence token where the model wants one.
package final class PerplexityMeasurement {
  private let tokenizer: Tokenizer
  private let model: Model
  private let pool: CachePool
  private let window: Int
  private var batch = Batch()

  /// Rows of logits that are computed at once: few enough to fit the caches, enough to share the reading of the output matrix.
  private static let rowsAtOnce = 64

  /// Loads `file`, for windows of `window` tokens: an even number of 4 or more, at most the model's context.
  ///
  /// Throws `GGUFError`, `ModelError`, `TokenizingError`, `CacheError`, or `EvaluationError` for a window that cannot be.
  package init(file: GGUFFile, compute: Compute, window: Int) throws {
    let contextLength = try Architectures.configuration(of: file).contextLength
    guard window >= 4, window % 2 == 0, window <= contextLength else {
      throw EvaluationError.window(window, contextLength: contextLength)
    }
    tokenizer = try Tokenizer(metadata: file.metadata)
    model = try Model(file: file, compute: compute, maxTokens: window / 2, maxLogitsRows: Self.rowsAtOnce)
    let shape = try model.configuration.cacheShape
    let plan = try CachePlan(CacheRequest(), shape: shape, promptTokens: window, maxNewTokens: 0)
    pool = try CachePool(limitBytes: plan.peakBytes, shape: shape)
    self.window = window
  }

  /// Measures the first `windows` windows of the text, or all; `progress` is told the share done and the perplexity so far.
  ///
  /// Throws `EvaluationError` if the text has no whole window.
  package func run(
    _ text: String, windows: Int? = nil, progress: (Double, Perplexity) -> Void = { _, _ in }
  ) throws -> Perplexity {
    let tokens = tokenizer.encode(text, parseSpecial: false, addBOS: tokenizer.addsBOS)
    let count = min(windows ?? .max, tokens.count / window)
    guard count > 0 else { throw EvaluationError.shortText(tokens: tokens.count, window: window) }
    var perplexity = Perplexity()
    for index in 0..<count {
      try add(Array(tokens[index * window..<(index + 1) * window]), to: &perplexity)
      progress(Double(index + 1) / Double(count), perplexity)
    }
    return perplexity
  }

  private func add(_ window: [Int32], to perplexity: inout Perplexity) throws {
    var tokens = window
    if tokenizer.addsBOS, let bos = tokenizer.vocabulary.bos { tokens[0] = bos }
    let plan = try CachePlan(
      CacheRequest(), shape: pool.shape, promptTokens: tokens.count, maxNewTokens: 0)
    guard let cache = pool.makeCache(plan) else { preconditionFailure("the pool was made for one window") }
    defer { pool.release(cache) }
    let half = tokens.count / 2
    feed(tokens[..<half], logits: 0, to: cache)
    // The last token predicts nothing that is known.
    for start in stride(from: half, to: tokens.count - 1, by: Self.rowsAtOnce) {
      let chunk = tokens[start..<min(start + Self.rowsAtOnce, tokens.count - 1)]
      feed(chunk, logits: chunk.count, to: cache)
      for position in chunk.indices {
        perplexity.add(surprise(of: tokens[position + 1], row: position - start))
      }
    }
  }

  private func feed(_ chunk: ArraySlice<Int32>, logits: Int, to cache: SequenceCache) {
    batch.removeAll()
    cache.append(chunk.count)
    _ = batch.append(chunk, cache: cache, logitsOfLast: logits)
    model.forward(batch)
  }

  /// Negative log-likelihood of `token` by one row of logits, in nats.
  private func surprise(of token: Int32, row: Int) -> Double {
    model.withLogits(row) { logits in
      var largest = -Float.infinity
      for i in logits.indices { largest = max(largest, logits[i]) }
      var total = 0.0
      for i in logits.indices { total += Double(expf(logits[i] - largest)) }
      return log(total) - Double(logits[Int(token)] - largest)
    }
  }
}
