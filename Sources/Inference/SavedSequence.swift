package import Caching

/// A sequence that may go on elsewhere or later: the tokens that were fed, and the cache that they left.
package struct SavedSequence: Sendable, Equatable {
  package let tokens: [Int32]
  package let cache: SavedCache

  package init(tokens: [Int32], cache: SavedCache) {
    self.tokens = tokens
    self.cache = cache
  }

  package static func == (a: Self, b: Self) -> Bool { a.tokens == b.tokens && a.cache === b.cache }

  /// Where a prompt differs from the tokens that were fed, or ends before there is a new one; nil if it goes on from them.
  package func firstDifference(from prompt: [Int32]) -> Int? {
    let same = zip(tokens, prompt).prefix { $0 == $1 }.count
    return same == tokens.count && prompt.count > same ? nil : same
  }
}
