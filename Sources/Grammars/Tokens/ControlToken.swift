/// How control tokens stand in a vocabulary's tree and in grammars: their texts between marks.
///
/// So a grammar means either the token or the characters that it looks like, and a text of any characters never holds the token.
package enum ControlToken {
  /// A byte that no UTF-8 has; tokens of text that hold it are left out of the tree.
  package static let mark: UInt8 = 0xFF

  /// What stands in the tree for the token of a text.
  package static func bytes(_ text: some Sequence<UInt8>) -> [UInt8] { [mark] + text + [mark] }

  /// Matches the token of a text.
  package static func expression(_ text: String) -> Expression {
    .sequence(bytes(text.utf8).map { .bytes(ByteSet($0)) })
  }
}
