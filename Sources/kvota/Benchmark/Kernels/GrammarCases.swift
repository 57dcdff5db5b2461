import Grammars
import Inference
import Kernels
import OpenAIAPI
import Schemas
import Tokenizing

/// What it costs to keep a text to a schema, for each token.
struct GrammarCases {
  let tokenizer: Tokenizer
  let vocabularySize: Int

  /// A text, and a schema that it is of.
  private struct Example {
    let text: String
    let schema: JSONValue
  }

  private static let free = Example(
    text:
      #"{"name": "Tom", "kind": "cat", "age": 3, "note": "He sleeps all day, and \"works\" at night.", "toys": ["ball", "mouse"]}"#,
    schema: [
      "type": "object", "required": ["name", "kind", "age", "note", "toys"],
      "properties": [
        "name": ["type": "string"], "kind": ["enum": ["cat", "dog"]],
        "age": ["type": "integer", "minimum": 0],
        "note": ["type": "string"], "toys": ["type": "array", "items": ["type": "string"]],
      ],
    ])

  /// Each character of a string whose length has a bound is a place of its own.
  private static let bounded = Example(
    text:
      #"{"note": "He sleeps all day, and \"works\" at night, when the others have gone to bed and nobody looks after the mice in the café."}"#,
    schema: [
      "type": "object", "required": ["note"], "properties": ["note": ["type": "string", "maxLength": 200]],
    ])

  var all: [KernelCase] {
    [known, new(Self.free, "a new schema"), new(Self.bounded, "a new schema with maxLength")]
  }

  /// A place that a text has been at before: the mask is looked up.
  private var known: KernelCase {
    KernelCase(name: "keep a token to a schema, \(vocabularySize)") {
      let grammar = try TokenGrammar(SchemaGrammar.grammar(of: Self.free.schema), trie: trie)
      let operands = GrammarOperands(grammar, tokens(Self.free), vocabularySize)
      return KernelCase.Call { operands.step() }
    }
  }

  /// A whole text of a schema that nobody has asked for: each mask is made, and so is the schema's grammar.
  private func new(_ example: Example, _ name: String) -> KernelCase {
    let tokens = tokens(example)
    return KernelCase(name: "keep \(tokens.count) tokens to \(name), \(vocabularySize)") {
      let trie = trie
      let rules = try SchemaGrammar.grammar(of: example.schema)
      return KernelCase.Call {
        guard let grammar = try? TokenGrammar(rules, trie: trie) else { return }
        let operands = GrammarOperands(grammar, tokens, vocabularySize)
        for _ in tokens { operands.step() }
      }
    }
  }

  private func tokens(_ example: Example) -> [Int32] { tokenizer.encode(example.text, parseSpecial: false) }

  private var trie: TokenTrie {
    let vocabulary = tokenizer.vocabulary
    return TokenTrie(vocabularySize: vocabularySize, endTokens: []) {
      vocabulary.isSpecial($0) ? [] : vocabulary.bytes(of: $0)
    }
  }
}

/// A text that is followed again and again, and the logits that its masks are put on.
private final class GrammarOperands {
  private let grammar: TokenGrammar
  private let tokens: [Int32]
  private let logits: FloatRows
  private var position: GrammarPosition
  private var next = 0

  init(_ grammar: TokenGrammar, _ tokens: [Int32], _ vocabularySize: Int) {
    self.grammar = grammar
    self.tokens = tokens
    logits = FloatRows(capacity: 1, width: vocabularySize)
    position = grammar.start
  }

  func step() {
    if next == tokens.count { (next, position) = (0, grammar.start) }
    let mask = grammar.mask(at: position)
    logits.withRow(0) { mask.apply(to: &$0) }
    position = grammar.position(after: tokens[next], at: position)
    next += 1
  }
}
