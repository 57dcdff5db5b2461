package import Grammars

extension TokenMask {
  /// Forbids all tokens that are not in the mask.
  package func apply(to logits: inout MutableSpan<Float>) {
    for (index, word) in words.enumerated() where word != .max {
      let start = index &* 64
      let end = min(start &+ 64, logits.count)
      guard start < end else { return }
      if word == 0 {
        for token in start..<end { logits[token] = -.infinity }
      } else {
        for token in start..<end where word >> UInt64(token &- start) & 1 == 0 { logits[token] = -.infinity }
      }
    }
  }
}
