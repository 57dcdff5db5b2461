/// Guesses a sequence's next tokens from its own text: what followed the last few tokens where they stood before.
///
/// Prompt look-up decoding: n-grams in place of a draft model. How many tokens are guessed follows how many were right lately.
struct PromptLookup {
  /// Prompt and generated tokens.
  private var history: [Int32]
  /// Most tokens of a draft.
  private let most: Int
  /// Tokens that the next draft may have.
  private var length: Int
  private(set) var accepted = 0
  private(set) var rejected = 0

  /// Tokens that must have stood before in the same order: two would be right too seldom.
  private static let match = 3
  /// How far back they are looked for, so that a step's work is bounded.
  private static let window = 16_384

  init(prompt: [Int32], most: Int) {
    history = prompt
    self.most = most
    length = min(4, most)
  }

  mutating func append(_ token: Int32) { history.append(token) }

  /// Puts at most `room` tokens that may come next into `draft`; none if the last ones are new.
  ///
  /// O(window).
  func guess(room: Int, into draft: inout [Int32]) {
    let count = history.count
    guard room > 0, count > Self.match else { return }
    let tokens = history.span
    let (a, b, c) = (tokens[count - 3], tokens[count - 2], tokens[count - 1])
    var index = count - 2
    let first = max(2, count - Self.window)
    while index >= first {
      if tokens[index] == c, tokens[index - 1] == b, tokens[index - 2] == a {
        draft.append(contentsOf: history[index + 1..<min(index + 1 + min(room, length), count)])
        return
      }
      index -= 1
    }
  }

  /// Learns how much of a draft was right: the next is longer by as much again, or ends sooner.
  mutating func learn(right: Int, of drafted: Int) {
    guard drafted > 0 else { return }
    accepted += right
    rejected += drafted - right
    length = right == drafted ? min(most, max(length, 2 * drafted)) : max(1, min(most, right + 1))
  }
}
