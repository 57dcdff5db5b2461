import OpenAIAPI
import ToolCalling

/// How the answers of one request may call functions.
struct ToolUse: Sendable {
  private let format: ToolCallFormat
  private let names: Set<String>
  private let isParallel: Bool
  /// Calls as they are where something says what the answer has to be.
  let calls: StrictCalls?
  /// Whether the answer has to be calls.
  let forcesCall: Bool
  /// How an answer with calls ends.
  let finishReason: OpenAIAPI.FinishReason

  /// Checks what a request wants against what the model's template can say.
  init(_ wanted: RequestedTools, _ template: ToolTemplate) throws(APIError) {
    try template.checkTellsTools()
    guard let format = template.format else {
      throw .invalidRequest(
        "the model's chat template writes calls of functions in a form that is not known here; known are those of "
          + ToolCallFormat.allCases.map(\.rawValue).joined(separator: ", ")
          + ". Leave 'tools' out, or serve the model with another --chat-template",
        param: "tools", code: "unsupported_parameter")
    }
    self.format = format
    names = Set(wanted.definitions.map(\.name))
    isParallel = wanted.isParallel
    calls = StrictCalls(wanted, format)
    forcesCall = wanted.forcesCall
    // OpenAI's reason where the client has named the function: that it is called says nothing new.
    if case .function = wanted.choice { finishReason = .stop } else { finishReason = .toolCalls }
  }

  /// Uses a format whatever the template says.
  init(_ format: ToolCallFormat, names: Set<String>, isParallel: Bool = true) {
    self.format = format
    self.names = names
    self.isParallel = isParallel
    (calls, forcesCall) = (nil, false)
    finishReason = .toolCalls
  }

  /// Control tokens' texts that tell where calls are.
  var controlTexts: Set<String> { format.controlTexts }

  /// Reads one answer.
  func makeParser() -> ToolCallParser { ToolCallParser(format, tools: names, isParallel: isParallel) }
}
