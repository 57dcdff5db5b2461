/// Which tokens may come next: a bit for each of the vocabulary.
package struct TokenMask: Sendable, Equatable {
  /// Token `id` is bit `id % 64` of word `id / 64`.
  package private(set) var words: [UInt64]

  init(vocabularySize: Int) { words = Array(repeating: 0, count: (vocabularySize + 63) / 64) }

  mutating func insert(_ token: Int32) { words[Int(token) >> 6] |= 1 << UInt64(token & 63) }

  /// Inserts all tokens, numbered from 0, that are wanted.
  mutating func insert(where isWanted: (Int) -> Bool, of count: Int) {
    for index in words.indices {
      var word = words[index]
      for token in index * 64..<min(index * 64 + 64, count) where isWanted(token) {
        word |= 1 << UInt64(token & 63)
      }
      words[index] = word
    }
  }

  package func contains(_ token: Int32) -> Bool {
    words.indices.contains(Int(token) >> 6) && words[Int(token) >> 6] >> UInt64(token & 63) & 1 == 1
  }

  package var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// The admitted token of the lowest id.
  package var first: Int32? {
    guard let word = words.firstIndex(where: { $0 != 0 }) else { return nil }
    return Int32(word * 64 + words[word].trailingZeroBitCount)
  }

  var byteCount: Int { words.count * 8 }
}
