import Grammars
import OpenAIAPI

/// What a request says that its answers' texts have to be.
enum TextForm: Sendable {
  case constraint(TextConstraint)
  case calls(ForcedCalls)

  /// What tells it from others, whichever field said it.
  enum Key: Equatable, Sendable {
    case constraint(TextConstraint.Kind)
    case calls(ForcedCalls)
  }

  var key: Key {
    switch self {
    case .constraint(let constraint): .constraint(constraint.kind)
    case .calls(let calls): .calls(calls)
    }
  }

  /// The field that errors name.
  var param: String {
    switch self {
    case .constraint(let constraint): constraint.param
    case .calls: "tool_choice"
    }
  }

  /// Bytes of what the request said.
  var byteCount: Int {
    switch self {
    case .constraint(let constraint): constraint.kind.byteCount
    case .calls(let calls): calls.byteCount
    }
  }

  /// Its rules; `controls` are the texts of the vocabulary's control tokens.
  func rules(controls: Set<String>) throws(APIError) -> Grammar {
    switch self {
    case .constraint(let constraint): try GrammarRules.rules(of: constraint)
    case .calls(let calls): try calls.rules(controls: controls)
    }
  }
}

extension TextConstraint.Kind {
  fileprivate var byteCount: Int {
    switch self {
    case .anyObject: 0
    case .schema(let schema): schema.encoded.count
    case .grammar(let text), .pattern(let text): text.utf8.count
    case .choice(let texts): texts.reduce(0) { $0 + $1.utf8.count }
    }
  }
}
