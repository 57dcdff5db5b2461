import OpenAIAPI

/// Which tokens merge, the earliest first: pairs, or texts with a space between the two.
struct MergeList {
  let pairs: [(left: String, right: String)]

  init(_ model: JSONFile) throws {
    pairs = try model.require("merges", model.array).map { element in
      switch element {
      case .array(let two):
        guard two.count == 2, case .string(let left) = two[0], case .string(let right) = two[1] else { break }
        return (left, right)
      case .string(let text):
        let scalars = text.unicodeScalars
        guard let space = scalars.firstIndex(of: " ") else { break }
        return (String(scalars[..<space]), String(scalars[scalars.index(after: space)...]))
      default: break
      }
      throw model.bad("merges", element, "pairs of tokens")
    }
  }

  /// Scores that merge in this order: the earlier a token comes to be, the higher.
  ///
  /// What no merge leads to has the lowest, which nobody asks for.
  func scores(of tokens: TokenList) -> [Float] {
    var scores = [Float](repeating: -Float(pairs.count) - 1, count: tokens.texts.count)
    for (rank, pair) in pairs.enumerated().reversed() {
      if let token = tokens.token(pair.left + pair.right) { scores[token] = -Float(rank) }
    }
    return scores
  }
}
