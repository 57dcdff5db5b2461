/// A model's chat template: the Jinja text that turns a conversation into a prompt.
///
/// Parsed once, rendered for each request. It behaves as under transformers (`trim_blocks`, `lstrip_blocks`, an
/// immutable sandbox, `tojson` without HTML escapes, `raise_exception`, `strftime_now`, loop controls).
package struct ChatTemplate: Sendable {
  private let statements: [Statement]

  /// Parses a template.
  ///
  /// - Throws: `TemplateError` with the line of the first mistake.
  package init(_ source: String) throws(TemplateError) {
    statements = try Parser.statements(of: source)
  }

  /// Renders the template with its variables.
  ///
  /// - Parameters:
  ///   - variables: What the template sees, by name.
  ///   - nowSeconds: The time for `strftime_now`, in seconds since 1970; it is shown in UTC.
  ///   - limits: What the rendering may use.
  /// - Returns: The text.
  /// - Throws: `TemplateError`; of kind `raised` if the template refuses the conversation.
  package func render(
    _ variables: TemplateMapping, nowSeconds: Int, limits: TemplateLimits = TemplateLimits()
  ) throws(TemplateError) -> String {
    var interpreter = Interpreter(variables, nowSeconds: nowSeconds, limits: limits)
    return try interpreter.run(statements)
  }

  /// Renders a conversation with the names that transformers gives to its variables.
  ///
  /// - Parameters:
  ///   - messages: Mappings with at least `role` and `content`.
  ///   - tools: Mappings with a `function`, which has `name`, `description` and `parameters`.
  ///   - addGenerationPrompt: Whether the prompt ends with the opening of the assistant's turn.
  ///   - bosToken: The text of the model's begin-of-sequence token; empty if it has none.
  ///   - eosToken: The text of the model's end-of-sequence token; empty if it has none.
  ///   - nowSeconds: The time for `strftime_now`, in seconds since 1970.
  /// - Returns: The prompt.
  /// - Throws: `TemplateError`; of kind `raised` if the template refuses the conversation.
  package func render(
    messages: [TemplateValue], tools: [TemplateValue] = [], addGenerationPrompt: Bool, bosToken: String,
    eosToken: String, nowSeconds: Int
  ) throws(TemplateError) -> String {
    let variables: TemplateMapping = [
      "messages": .list(messages), "add_generation_prompt": .boolean(addGenerationPrompt),
      "bos_token": .string(bosToken), "eos_token": .string(eosToken),
      "tools": tools.isEmpty ? .none : .list(tools), "documents": .none,
    ]
    return try render(variables, nowSeconds: nowSeconds)
  }
}
