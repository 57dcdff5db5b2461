import Grammars
import OpenAIAPI

/// What a request says that its answers' texts have to be.
enum TextForm: Sendable {
  case constraint(TextConstraint)
  case calls(StrictCalls)
  /// Either of both: the model may call functions, and its answer is constrained where it does not.
  case callsOr(TextConstraint, StrictCalls)

  /// Nil if the answers may be any texts.
  init?(_ constraint: TextConstraint?, _ tools: ToolUse?) {
    switch (constraint, tools?.calls) {
    case (let constraint?, let calls?): self = .callsOr(constraint, calls)
    case (let constraint?, nil): self = .constraint(constraint)
    case (nil, let calls?) where tools?.forcesCall == true: self = .calls(calls)
    case (nil, _): return nil
    }
  }

  /// What tells it from others, whichever field said it.
  enum Key: Equatable, Sendable {
    case constraint(TextConstraint.Kind)
    case calls(StrictCalls)
    case callsOr(TextConstraint.Kind, StrictCalls)
  }

  var key: Key {
    switch self {
    case .constraint(let constraint): .constraint(constraint.kind)
    case .calls(let calls): .calls(calls)
    case .callsOr(let constraint, let calls): .callsOr(constraint.kind, calls)
    }
  }

  /// The field that errors name.
  var param: String {
    switch self {
    case .constraint(let constraint), .callsOr(let constraint, _): constraint.param
    case .calls: "tool_choice"
    }
  }

  /// Bytes of what the request said.
  var byteCount: Int {
    switch self {
    case .constraint(let constraint): constraint.kind.byteCount
    case .calls(let calls): calls.byteCount
    case .callsOr(let constraint, let calls): constraint.kind.byteCount + calls.byteCount
    }
  }

  /// Its rules; `controls` are the texts of the vocabulary's control tokens.
  func rules(controls: Set<String>) throws(APIError) -> Grammar {
    switch self {
    case .constraint(let constraint): try GrammarRules.rules(of: constraint)
    case .calls(let calls): try calls.rules(controls: controls)
    case .callsOr(let constraint, let calls):
      try calls.rules(controls: controls).or(GrammarRules.rules(of: constraint))
    }
  }
}

extension TextConstraint.Kind {
  fileprivate var byteCount: Int {
    switch self {
    case .anyObject: 0
    case .schema(let schema): schema.encoded.count
    case .grammar(let text), .pattern(let text): text.utf8.count
    case .choice(let texts): GrammarRules.byteCount(ofChoice: texts)
    }
  }
}
