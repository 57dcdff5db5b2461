import OpenAIAPI

/// Where the messages of a chat are among its prompt's tokens.
struct MessagePlaces: Equatable, Sendable {
  /// Who speaks in each message.
  let roles: [ChatMessage.Role]
  /// Tokens of each message and of what the template writes around it, up to its neighbours; nil if it was not found.
  let spans: [[Range<Int>]?]
  /// Ends of the messages' own tokens, ascending.
  let ends: [Int]

  /// A conversation's places by the runs of their marks in its text, whose tokens end at the bytes `tokenEnds`.
  init(_ messages: [ChatMessage], runs: [MarkedText.Run], tokenEnds: [Int]) {
    roles = messages.map(\.role)
    let tokens = TokenBoundaries(ends: tokenEnds)
    // What says nothing has no marks, and loses nothing.
    var spans = messages.map { message in
      message.toolCalls.isEmpty && message.text.allSatisfy(\.isWhitespace) ? [] : nil as [Range<Int>]?
    }
    for (index, run) in runs.enumerated() where spans.indices.contains(run.message) {
      let start = index == 0 ? 0 : runs[index - 1].bytes.upperBound
      let end = index + 1 == runs.count ? tokens.byteCount : runs[index + 1].bytes.lowerBound
      spans[run.message] = (spans[run.message] ?? []) + [tokens.covering(start..<end)]
    }
    self.spans = spans
    ends = runs.map { tokens.covering(0..<$0.bytes.upperBound).upperBound }
  }

  /// The tokens of a pin.
  func spans(of pin: RequestedPin) throws(APIError) -> [Range<Int>] {
    switch pin {
    case .tokens(let span): return [span]
    case .message(let number): return try spans(ofMessage: number)
    case .role(let role):
      var spans: [Range<Int>] = []
      for index in roles.indices where roles[index].means(role) { spans += try self.spans(ofMessage: index) }
      return spans
    }
  }

  private func spans(ofMessage number: Int) throws(APIError) -> [Range<Int>] {
    let index = number < 0 ? roles.count + number : number
    guard roles.indices.contains(index) else {
      throw .invalidRequest(
        "'kv_cache.pins' names message \(number), and the conversation has \(roles.count)",
        param: "kv_cache.pins",
        code: "invalid_value")
    }
    guard let spans = spans[index] else {
      throw .unlocated("message \(index) cannot be found", param: "kv_cache.pins")
    }
    return spans
  }

  /// The prompt cut behind each message.
  func turns() throws(APIError) -> [Range<Int>] {
    var start = 0
    var turns: [Range<Int>] = []
    for end in ends where end > start {
      turns.append(start..<end)
      start = end
    }
    guard !turns.isEmpty else { throw .unlocated("no message can be found", param: "kv_cache.fair") }
    return turns
  }
}

extension ChatMessage.Role {
  /// OpenAI's `developer` is the newer word for `system`, so each means both.
  fileprivate func means(_ role: Self) -> Bool {
    let instructing: Set = [Self.system, .developer]
    return self == role || instructing.isSuperset(of: [self, role])
  }
}

extension APIError {
  /// 400: nobody can say which tokens are a message's.
  static func unlocated(_ what: String, param: String) -> APIError {
    .invalidRequest(
      "\(what) in the prompt that the model's chat template makes, since the template leaves it out or rewrites it; "
        + "pins can also be spans of tokens, such as tokens:0-16", param: param, code: "invalid_value")
  }
}

/// Where tokens begin and end in a text's bytes.
private struct TokenBoundaries {
  /// The byte behind each token, never descending.
  let ends: [Int]

  var byteCount: Int { ends.last ?? 0 }

  /// The tokens of which a byte lies in `bytes`.
  func covering(_ bytes: Range<Int>) -> Range<Int> {
    let first = firstToken { $0 > bytes.lowerBound }
    let last = bytes.isEmpty ? first : firstToken { $0 >= bytes.upperBound } + 1
    return first..<max(first, min(last, ends.count))
  }

  /// The first token whose end is far enough.
  private func firstToken(_ isFarEnough: (Int) -> Bool) -> Int {
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if isFarEnough(ends[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
