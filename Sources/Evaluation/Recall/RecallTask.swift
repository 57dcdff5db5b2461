import Inference
package import Tokenizing

/// A text with something hidden in it that is asked for at its end.
package struct RecallTask: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// One number in text without any meaning.
    case passkey
    /// Several people's numbers, of whom one is asked for.
    case keyValue = "key-value"
  }

  package let kind: Kind
  /// About how many tokens the text was to have, and where in it what is asked for is, 0 at the beginning and 1 at the end.
  package let tokens: Int
  package let depth: Double
  package let text: String
  /// What a right answer begins with.
  package let answer: String

  /// Makes up a task of at most `tokens` tokens, which misses them by less than a sentence.
  ///
  /// `keys` is the number of people, for `keyValue`; the same `seed` gives the same text. Throws `EvaluationError.taskTooShort` if the
  /// question alone has more tokens.
  package init(
    _ kind: Kind, tokens: Int, depth: Double, keys: Int = 4, seed: UInt64, tokenizer: Tokenizer
  ) throws(EvaluationError) {
    var random = SeededGenerator(seed: seed)
    let story = kind == .passkey ? Story.passkey(at: depth, &random) : Story.people(keys, at: depth, &random)
    let bare = tokenizer.encode(story.text(sentences: 0), parseSpecial: false).count
    let cycle = tokenizer.encode(Story.filler.joined(), parseSpecial: false).count
    guard bare <= tokens else { throw .taskTooShort(tokens: tokens, fewest: bare) }
    var sentences = (tokens - bare) * Story.filler.count / cycle + Story.filler.count
    var text = story.text(sentences: sentences)
    while sentences > 0, tokenizer.encode(text, parseSpecial: false).count > tokens {
      sentences -= 1
      text = story.text(sentences: sentences)
    }
    self.kind = kind
    self.tokens = tokens
    self.depth = depth
    self.text = text
    answer = story.answer
  }

  /// Whether a continuation of the text begins with the answer, and not with a longer number.
  package func isRight(_ continuation: String) -> Bool {
    let given = continuation.drop { $0.isWhitespace }
    return given.hasPrefix(answer) && given.dropFirst(answer.count).first?.isNumber != true
  }
}

/// The parts of a task's text: an announcement, sentences to hide in filler at their depths, and the question.
///
/// The forms are those that a model of 135 million parameters answers from a full cache of 1000 tokens: it must be told what to
/// look for, have it said two or three times, and see the question in the very words of the answer.
private struct Story {
  var announcement: String
  var hidden: [(depth: Double, text: String)]
  var question: String
  var answer: String

  static let filler = [
    "The grass is green. ", "The sky is blue. ", "The sun is yellow. ", "Here we go. ",
    "There and back again. ",
  ]

  private static let names = [
    "Anna", "Boris", "Clara", "David", "Emma", "Frank", "Grace", "Henry", "Irene", "Jacob", "Karen", "Louis",
    "Maria", "Nathan", "Olivia", "Peter", "Quentin", "Rachel", "Simon", "Teresa", "Ursula", "Victor", "Wendy",
    "Zachary",
  ]

  static var mostPeople: Int { names.count }

  static func passkey(at depth: Double, _ random: inout SeededGenerator) -> Self {
    let key = number(&random)
    return Story(
      announcement: "A pass key is hidden in the text below.\n\n",
      hidden: [(depth, "The pass key is \(key). Remember it: the pass key is \(key). ")],
      question: "\n\nThe pass key in the text is: The pass key is", answer: key)
  }

  /// The first person is asked for; the others are anywhere.
  static func people(_ count: Int, at depth: Double, _ random: inout SeededGenerator) -> Self {
    var left = names
    let people = (0..<count).map { _ in
      (name: left.remove(at: Int(random.nextUnit() * Double(left.count))), key: number(&random))
    }
    let hidden = people.enumerated().map { index, person in
      let (name, key) = person
      return (
        index == 0 ? depth : random.nextUnit(),
        "The pass key of \(name) is \(key). \(name) has the pass key \(key), and the pass key of \(name) is \(key). "
      )
    }
    return Story(
      announcement: "The pass keys of some people are hidden in the text below.\n\n", hidden: hidden,
      question: "\n\nThe pass key of \(people[0].name) in the text is: The pass key of \(people[0].name) is",
      answer: people[0].key)
  }

  private static func number(_ random: inout SeededGenerator) -> String {
    "\(10_000 + Int(random.nextUnit() * 90_000))"
  }

  /// The text with so many sentences of filler.
  func text(sentences: Int) -> String {
    var text = announcement
    var rest = hidden.sorted { $0.depth < $1.depth }[...]
    for index in 0...sentences {
      while let next = rest.first, Double(index) >= next.depth * Double(sentences) {
        text += next.text
        rest.removeFirst()
      }
      if index < sentences { text += Self.filler[index % Self.filler.count] }
    }
    return text + question
  }
}

extension RecallTask {
  /// As many people as there are names.
  package static var mostKeys: Int { Story.mostPeople }
}
