/// The functions that a request offers to the model, at least one.
package struct RequestedTools: Equatable, Sendable {
  package let definitions: [ToolDefinition]
  package let choice: ToolChoice

  /// Whether it may call more than one at once.
  package let isParallel: Bool

  /// Whether the answer has to be calls.
  package var forcesCall: Bool { choice != .auto }

  /// Nil where none are offered, or none may be called.
  static func read(_ fields: inout FieldReader, ignored: inout [String]) throws(APIError) -> RequestedTools? {
    let definitions = try ToolDefinition.list(&fields, ignored: &ignored)
    let choice = try ToolChoice.read(&fields, tools: definitions)
    // Forced calls are kept to their schemas in any case, free ones in none.
    if choice == .auto || choice == .none { ignored += definitions.compactMap(\.strictPath) }
    let isParallel = try fields.boolean("parallel_tool_calls") ?? true
    guard !definitions.isEmpty, choice != .none else { return nil }
    return RequestedTools(definitions: definitions, choice: choice, isParallel: isParallel)
  }
}
