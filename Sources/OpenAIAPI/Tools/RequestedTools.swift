/// The functions that a request offers to the model, at least one.
package struct RequestedTools: Equatable, Sendable {
  package let definitions: [ToolDefinition]
  package let choice: ToolChoice

  /// Whether it may call more than one at once.
  package let isParallel: Bool

  /// Whether the answer has to be calls.
  package var forcesCall: Bool { choice != .auto }

  /// Nil where none are offered, or none may be called; `isConstrained` if something else says what the answer has to be.
  static func read(
    _ fields: inout FieldReader, isConstrained: Bool, ignored: inout [String]
  ) throws(APIError) -> RequestedTools? {
    let definitions = try ToolDefinition.list(&fields, ignored: &ignored)
    let choice = try ToolChoice.read(&fields, tools: definitions)
    // Calls are kept to their schemas where the answer is kept to something, else not.
    if choice == .none || choice == .auto && !isConstrained {
      ignored += definitions.compactMap(\.strictPath)
    }
    let isParallel = try fields.boolean("parallel_tool_calls") ?? true
    guard !definitions.isEmpty, choice != .none else { return nil }
    return RequestedTools(definitions: definitions, choice: choice, isParallel: isParallel)
  }
}
