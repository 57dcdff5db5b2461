package import GGUF

/// The space that SentencePiece's tokenizers put before a text, which is no part of it.
package struct OwnSpace: Sendable {
  /// Our own keys for what tokenizers of model folders do and those of GGUF files do not.
  package static let firstOnlyKey = "kvota.tokenizer.own_space_first_only"
  package static let unlessThereKey = "kvota.tokenizer.own_space_unless_there"

  /// Whether text behind a literal token gets none.
  private let isFirstOnly: Bool
  /// Whether text that begins with a space gets none.
  private let isUnlessThere: Bool

  /// Nil if texts stay as they are.
  package init?(_ metadata: Metadata) throws(GGUFError) {
    guard try metadata.bool("tokenizer.ggml.add_space_prefix") ?? true else { return nil }
    isFirstOnly = try metadata.bool(Self.firstOnlyKey) ?? false
    isUnlessThere = try metadata.bool(Self.unlessThereKey) ?? false
  }

  /// Whether plain text that begins at a place gets one.
  func goesBefore(_ text: [UInt8], at place: Int) -> Bool {
    if isFirstOnly, place > 0 { return false }
    return !(isUnlessThere && place < text.count && text[place] == 0x20)
  }
}
