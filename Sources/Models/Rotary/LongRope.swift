import GGUF

/// LongRoPE, arXiv 2402.13753: each pair's frequency has a divisor of its own, found by search, one for contexts up to the length
/// of the training and one for longer ones.
enum LongRope {
  static let longName = "rope_factors_long.weight"
  static let shortName = "rope_factors_short.weight"

  static let missing = ModelError.file(.missingTensor(longName))

  /// The divisors for the context that sequences may have, `[count]`; nil in a file without them.
  ///
  /// One choice holds for all sequences, or keys of one could not be kept for another.
  static func divisors(_ metadata: MetadataReader, count: Int) throws(ModelError) -> [Float]? {
    guard metadata.hasTensor(longName) || metadata.hasTensor(shortName) else { return nil }
    let context = try metadata.size(".context_length")
    let isLong = min(context, metadata.rotary.contextLength ?? context) > (try metadata.trainedLength)
    return try Weights.divisors(isLong ? longName : shortName, in: metadata.file, count: count)
  }
}
