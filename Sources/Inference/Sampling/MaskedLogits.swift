package import Grammars

extension TokenMask {
  /// Forbids all tokens that are not in the mask.
  package func apply(to logits: inout MutableSpan<Float>) {
    for (index, word) in words.enumerated() where word != .max {
      let start = index &* 64
      let end = min(start &+ 64, logits.count)
      guard start < end else { return }
      var part = logits.extracting(start..<end)
      if word == 0 {
        for place in part.indices { part[place] = -.infinity }
      } else {
        for place in part.indices where word >> UInt64(place) & 1 == 0 { part[place] = -.infinity }
      }
    }
  }
}
