/// How many prompt tokens a step may take, so that running streams go on smoothly: learned from the steps' own times.
///
/// A step that also decodes may last `slowdown` times as long as one that only decodes, and no longer than the target; one that
/// only feeds prompts several targets, since nobody waits for its tokens but newcomers.
struct PrefillPace {
  /// Seconds that a step with running streams should last at most.
  let targetSeconds: Double
  /// Most prompt tokens of a step.
  let mostTokens: Int

  /// Seconds that a prompt token adds to a step.
  private(set) var secondsPerToken = 0.0005
  /// Seconds of a step that only decodes, by the binary logarithm of its sequences; 0 where there was none yet.
  private var decodeSeconds = [Double](repeating: 0, count: 13)

  /// Streams keep two fifths of the time at least, prompts get the rest.
  private static let slowdown = 2.5
  /// Fewer are not worth a step of their own.
  private static let fewestTokens = 8
  private static let targetsWithoutStreams = 4.0
  /// What a new measurement counts for: a handful of steps settle the figures, one odd step does not upset them.
  private static let weight = 0.2

  init(targetSeconds: Double, mostTokens: Int) {
    self.targetSeconds = targetSeconds
    self.mostTokens = mostTokens
  }

  /// Prompt tokens for a step in which `streams` sequences decode.
  func room(streams: Int) -> Int {
    let decode = decodeEstimate(streams)
    let limit =
      streams == 0
      ? Self.targetsWithoutStreams * targetSeconds : min(targetSeconds, Self.slowdown * decode)
    // Where decoding alone takes as long as the target, prompts still get on.
    let tokens = max(limit - decode, 0) / secondsPerToken
    return tokens >= Double(mostTokens) ? mostTokens : max(Int(tokens), min(Self.fewestTokens, mostTokens))
  }

  /// Learns from a step.
  mutating func record(seconds: Double, streams: Int, promptTokens: Int) {
    if promptTokens == 0 {
      let bucket = Self.bucket(streams)
      decodeSeconds[bucket] =
        decodeSeconds[bucket] == 0 ? seconds : Self.mix(decodeSeconds[bucket], seconds)
    } else if promptTokens >= Self.fewestTokens {
      let perToken = max(seconds - decodeEstimate(streams), seconds / 10) / Double(promptTokens)
      secondsPerToken = Self.mix(secondsPerToken, perToken)
    }
  }

  /// The time of a step that only decodes, as far as it is known: of so many sequences, or of as near a number as was measured.
  private func decodeEstimate(_ streams: Int) -> Double {
    guard streams > 0 else { return 0 }
    let bucket = Self.bucket(streams)
    for distance in decodeSeconds.indices {
      if let seconds = known(bucket - distance) ?? known(bucket + distance) { return seconds }
    }
    // Unknown at first: assume little, so that prompts start gently.
    return targetSeconds / 10
  }

  private func known(_ bucket: Int) -> Double? {
    guard decodeSeconds.indices.contains(bucket), decodeSeconds[bucket] > 0 else { return nil }
    return decodeSeconds[bucket]
  }

  private static func bucket(_ streams: Int) -> Int {
    min(Int.bitWidth - streams.leadingZeroBitCount - 1, 12)
  }

  private static func mix(_ old: Double, _ new: Double) -> Double { old + weight * (new - old) }
}
