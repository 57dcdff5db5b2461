import Inference
import OpenAIAPI

/// Where a request's time went and how its choices ended, for the log.
struct RequestTimings {
  /// Seconds until the last of its choices was admitted.
  let queueSeconds: Double
  /// Seconds that the longest of its prompts took from admission to its first token.
  let prefillSeconds: Double
  /// Seconds until the first token of all.
  let firstTokenSeconds: Double
  /// Seconds that the longest of its texts took from its first token to its last.
  let decodeSeconds: Double
  /// Each that there was, once.
  let finishReasons: [String]

  /// Of the choices of one request, of which there is at least one.
  init(_ ends: [ChoiceEnd]) {
    let usages = ends.map(\.usage)
    queueSeconds = usages.map(\.queueSeconds).max() ?? 0
    prefillSeconds = usages.map(\.prefillSeconds).max() ?? 0
    firstTokenSeconds = usages.map { $0.queueSeconds + $0.prefillSeconds }.min() ?? 0
    decodeSeconds = usages.map(\.decodeSeconds).max() ?? 0
    finishReasons = Set(ends.map(\.reason.rawValue)).sorted()
  }
}
