/// How many prompt tokens a step may take, so that running streams go on smoothly: learned from the steps' own times.
///
/// A step that also decodes may last a few times as long as one that only decodes (twice with the usual target, more the longer it is), and no
/// longer than the target, unless the least that is fed takes longer. One that only feeds prompts may last several targets, since nobody waits for its
/// tokens but newcomers.
struct PrefillPace {
  /// Seconds that a step with running streams should last at most.
  let targetSeconds: Double
  /// Most prompt tokens of a step.
  let mostTokens: Int

  /// Seconds that a prompt token adds to a step, and what each thousand slots that it attends to add to that.
  private var tokenSeconds = 0.0005
  private var depthSeconds = 0.0002
  /// Seconds of a step that only decodes, by the binary logarithm of its sequences; 0 where there was none yet.
  private var decodeSeconds = [Double](repeating: 0, count: 13)
  /// Steps with streams and prompts since the last one that only decoded.
  private var mixedSteps = 0

  /// How many times as long a step may last for each second of the target: with the usual 50 ms streams keep half of the time.
  ///
  /// Who sets a longer target wants first tokens sooner rather than streams smooth.
  private static let slowdownPerSecond = 40.0
  private static let leastSlowdown = 2.0
  /// Attention takes so many queries at a time, with three query heads for each KV head as the default model has; fewer would cost as much,
  /// but for a single one, which is attended as a generated token is.
  private static let tile = 4
  /// How many times as long streams may wait for a tile.
  private static let mostSlowdown = 3.0
  private static let targetsWithoutStreams = 4.0
  /// What a new measurement counts for: a handful of steps settle the figures, one odd step does not upset them.
  private static let weight = 0.2
  /// The same of a step that only decodes after many that did not.
  private static let probeWeight = 0.5
  /// What decoding alone takes is measured at least so often, in steps.
  private static let mostMixedSteps = 32
  private static let leastTokenSeconds = 1e-6

  init(targetSeconds: Double, mostTokens: Int) {
    self.targetSeconds = targetSeconds
    self.mostTokens = mostTokens
  }

  /// Whether a step should do nothing but decode, since nobody knows how long that takes of so many, or not any more.
  ///
  /// With a prompt in every step there would be no telling: what streams take would count as the prompts'.
  func wantsDecodingAlone(streams: Int) -> Bool {
    streams > 0 && (decodeSeconds[Self.bucket(streams)] == 0 || mixedSteps >= Self.mostMixedSteps)
  }

  /// Seconds for prompts in a step in which `streams` sequences decode.
  func seconds(streams: Int) -> Double {
    guard streams > 0 else { return Self.targetsWithoutStreams * targetSeconds }
    let decode = decodeEstimate(streams)
    let slowdown = max(Self.leastSlowdown, Self.slowdownPerSecond * targetSeconds)
    return max(min(targetSeconds, slowdown * decode) - decode, 0)
  }

  /// Prompt tokens that `seconds` are enough for, of a sequence that holds `depth` slots, beside `streams` that decode.
  ///
  /// Whole tiles of attention, one in any case; but a single token where streams would wait too long for a tile.
  func tokens(in seconds: Double, depth: Int, streams: Int) -> Int {
    let tokens = seconds / cost(depth: depth)
    guard tokens < Double(mostTokens) else { return mostTokens }
    let tiles = Int((tokens / Double(Self.tile)).rounded())
    if tiles == 0, isTileTooLong(depth: depth, streams: streams) { return 1 }
    return min(max(tiles, 1) * Self.tile, mostTokens)
  }

  private func isTileTooLong(depth: Int, streams: Int) -> Bool {
    streams > 0
      && Double(Self.tile) * cost(depth: depth) > (Self.mostSlowdown - 1) * decodeEstimate(streams)
  }

  /// Seconds that a prompt token takes after `depth` slots.
  func cost(depth: Int) -> Double { tokenSeconds + depthSeconds * Double(depth) / 1000 }

  /// Seconds that a prompt of `count` tokens takes alone.
  func promptSeconds(_ count: Int) -> Double { Double(count) * cost(depth: count / 2) }

  /// Learns from a step; `depths` is the sum, over its prompt tokens, of the slots before them.
  mutating func record(seconds: Double, streams: Int, promptTokens: Int, depths: Int) {
    let bucket = Self.bucket(streams)
    guard promptTokens > 0 else {
      let (known, weight) = (decodeSeconds[bucket], mixedSteps > 0 ? Self.probeWeight : Self.weight)
      decodeSeconds[bucket] = known == 0 ? seconds : known + weight * (seconds - known)
      mixedSteps = 0
      return
    }
    mixedSteps = streams > 0 ? mixedSteps + 1 : 0
    // Decoding has not taken longer than all of the step: streams may be shorter now, with a prompt in every step since.
    if streams > 0, decodeEstimate(streams) > seconds { decodeSeconds[bucket] = seconds }
    // Normalized least mean squares: the error is shared out by how much each figure had to do with it.
    let (tokens, thousands) = (Double(promptTokens), Double(depths) / 1000)
    let error =
      max(seconds - decodeEstimate(streams), seconds / 10) - tokens * tokenSeconds - thousands * depthSeconds
    // Of a few tokens, chance makes most of the error.
    let weight = Self.weight * min(1, tokens / Double(Self.tile))
    let step = weight * error / (tokens * tokens + thousands * thousands)
    tokenSeconds = max(tokenSeconds + step * tokens, Self.leastTokenSeconds)
    depthSeconds = max(depthSeconds + step * thousands, 0)
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
}
