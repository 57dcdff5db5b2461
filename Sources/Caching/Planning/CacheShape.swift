package import Kernels

/// The numbers of a model that fix the size of its cache.
package struct CacheShape: Sendable, Equatable {
  package let layers: Int
  package let kvHeads: Int
  package let queryHeads: Int
  package let headDimension: Int
  /// How keys and queries are turned by their position.
  package let rotary: RotaryEmbedding
  /// Which layers see only the newest tokens; nil if none does.
  package var window: SlidingWindow?
  /// Whether positions are part of what tokens are when they come in, so that no key can be read at another.
  package var learnsPositions = false
  /// How keys and values are stored.
  package var type = KeyValueType.f16

  /// Slots in a page of one (layer, KV head).
  package static let slotsPerPage = 16

  /// Pages that hold so many slots.
  static func pages(_ slots: Int) -> Int { (slots + slotsPerPage - 1) / slotsPerPage }

  /// Far above any model, and small enough that products of two of the numbers cannot overflow.
  private static let largest = 1 << 20

  /// Checks the numbers, which come from a model file.
  ///
  /// - Throws: `CacheError.impossibleShape` if one is outside 1 ... 2^20 or the query heads do not divide into the KV heads.
  package init(
    layers: Int, kvHeads: Int, queryHeads: Int, headDimension: Int,
    rotary: RotaryEmbedding = .none
  ) throws(CacheError) {
    for (name, value) in [
      ("layers", layers), ("KV heads", kvHeads), ("query heads", queryHeads),
      ("head dimension", headDimension),
    ] where !(1...Self.largest).contains(value) {
      throw .impossibleShape("\(value) \(name); expected 1 to \(Self.largest)")
    }
    guard queryHeads % kvHeads == 0 else {
      throw .impossibleShape("\(queryHeads) query heads are no multiple of \(kvHeads) KV heads")
    }
    self.layers = layers
    self.kvHeads = kvHeads
    self.queryHeads = queryHeads
    self.headDimension = headDimension
    self.rotary = rotary
  }

  /// How a layer's keys and queries are turned by their position.
  package func rotary(layer: Int) -> RotaryEmbedding {
    isWindowed(layer: layer) ? window?.rotary ?? rotary : rotary
  }

  /// Whether a layer's tokens see only the newest ones.
  package func isWindowed(layer: Int) -> Bool { window?.covers(layer: layer) ?? false }

  /// Heads that keep slots of their own: layers times KV heads.
  package var heads: Int { layers * kvHeads }

  /// Bytes of the keys of one page, and of its values: 16 of either.
  package var halfPageBytes: Int { type.halfPageBytes(headDimension: headDimension) }
  package var pageBytes: Int { 2 * halfPageBytes }

  /// Bytes of the page of a (layer, KV head) that keeps the newest tokens in half precision; 0 where slots have it too.
  package var newestBytes: Int {
    type == .f16 ? 0 : NewestPage.byteCount(headDimension: headDimension)
  }

  /// Whether the newest tokens are kept beside the slots.
  package var keepsNewest: Bool { newestBytes > 0 }

  /// How many of the first `tokens` of a cache another one can take over from the slots alone: the newest page must be empty then.
  func withoutNewest(_ tokens: Int) -> Int {
    keepsNewest ? tokens / NewestPage.tokensPerPage * NewestPage.tokensPerPage : tokens
  }

  /// Bytes that a token takes in all heads together.
  package var tokenBytes: Int { heads * pageBytes / Self.slotsPerPage }

  /// Bytes that a token goes on taking once it has left every window.
  package var lastingTokenBytes: Int {
    tokenBytes / layers * (0..<layers).count { !isWindowed(layer: $0) }
  }
}
