package import Grammars

/// Texts that are calls and nothing else, as rules of a grammar.
///
/// They are in the form in which templates write calls, of which a reader takes more.
package struct CallTexts {
  /// A function that may be called, and what its arguments are as JSON.
  package struct Function {
    let name: String
    let arguments: Expression

    /// Arguments stand in several places, so they should be a rule.
    package init(name: String, arguments: Expression) {
      self.name = name
      self.arguments = arguments
    }
  }

  private let format: ToolCallFormat
  private let space: Expression
  private let controls: Set<String>

  /// Texts of a format.
  ///
  /// - Parameters:
  ///   - format: How the model writes calls.
  ///   - space: What may stand between parts of JSON.
  ///   - controls: The format's control texts that the vocabulary has a control token for.
  package init(_ format: ToolCallFormat, space: Expression, controls: Set<String>) {
    self.format = format
    self.space = space
    self.controls = controls
  }

  /// One call of one of the functions, or as many as the model likes.
  package func calls(of functions: [Function], isSingle: Bool) -> Expression {
    switch format {
    case .hermes:
      let call = Expression.sequence([
        mark("<tool_call>"), space, object(functions, "arguments"), space, mark("</tool_call>"),
      ])
      return isSingle ? call : list(call, separator: space)
    case .llama:
      let call = object(functions, "parameters")
      return isSingle ? call : list(call, separator: .sequence([.text(";"), space]))
    case .mistral:
      let named = list(namedCall(functions), separator: .empty)
      let objects = Expression.sequence([mark("[TOOL_CALLS]"), space, array(functions, isSingle: isSingle)])
      return .choice([isSingle ? namedCall(functions) : named, objects])
    case .json:
      let call = object(functions, "arguments")
      return isSingle ? call : .choice([call, array(functions, isSingle: false)])
    }
  }

  /// `{"name": ..., "arguments": ...}`.
  private func object(_ functions: [Function], _ key: String) -> Expression {
    let calls = functions.map { function in
      Expression.sequence([
        .text("\"\(function.name)\","), space, .text("\"\(key)\":"), space, function.arguments,
      ])
    }
    return .sequence([.text("{"), space, .text("\"name\":"), space, .choice(calls), space, .text("}")])
  }

  private func array(_ functions: [Function], isSingle: Bool) -> Expression {
    let call = object(functions, "arguments")
    let calls = isSingle ? call : list(call, separator: .sequence([.text(","), space]))
    return .sequence([.text("["), space, calls, space, .text("]")])
  }

  /// Mistral's newer form.
  private func namedCall(_ functions: [Function]) -> Expression {
    .sequence([
      mark("[TOOL_CALLS]"),
      .choice(functions.map { .sequence([.text($0.name), mark("[ARGS]"), $0.arguments]) }),
    ])
  }

  private func list(_ call: Expression, separator: Expression) -> Expression {
    .sequence([call, .repeated(.sequence([separator, call]), least: 0, most: nil)])
  }

  /// A text that is one token if the vocabulary has it, as the model has learned it.
  private func mark(_ text: String) -> Expression {
    controls.contains(text) ? ControlToken.expression(text) : .text(text)
  }
}
