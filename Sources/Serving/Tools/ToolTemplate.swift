import ChatTemplates
import OpenAIAPI
import ToolCalling

/// What a chat template makes of tools, found out by rendering a conversation that has some.
struct ToolTemplate: Sendable {
  /// Whether it tells the model what functions there are.
  private let tellsTools: Bool
  /// Whether it writes calls, in whatever form, or refuses them in its own words.
  private let writesCalls: Bool
  /// How it writes a call; nil if it does not, or in a form that is not known.
  let format: ToolCallFormat?
  /// Whether it wants a call's arguments as text: some put them into a text as they are, most print an object.
  let takesArgumentsAsText: Bool

  /// Names that no template holds itself.
  private static let (name, key, value) = ("kvota_function", "kvota_key", "kvota_value")

  /// Asks a template; `render` gets messages, tools and whether the assistant is to speak, and gives nil where the template fails.
  init(template: String, render: ([TemplateValue], [TemplateValue], Bool) -> String?) {
    let user: TemplateValue = ["role": "user", "content": "kvota_question"]
    let prompt = render([user], [Self.tool], true) ?? ""
    tellsTools = prompt.contains(Self.name)
    let arguments: [TemplateValue] = [
      .mapping([Self.key: .string(Self.value)]), .string("{\"\(Self.key)\": \"\(Self.value)\"}"),
    ]
    let calls = arguments.map(Self.call)
    let written = calls.map { call -> String? in
      let text = render([user, call, Self.result], [Self.tool], false)
      // In single quotes is how Python shows an object that was to be a text.
      return text.flatMap { $0.contains(Self.value) && !$0.contains("'\(Self.key)'") ? $0 : nil }
    }
    writesCalls =
      written != [nil, nil]
      || calls.contains { render([user, $0], [Self.tool], false)?.contains(Self.value) != false }
    takesArgumentsAsText = written[0] == nil && written[1] != nil
    guard tellsTools, let text = written[0] ?? written[1] else {
      format = nil
      return
    }
    let same = zip(text, prompt).prefix { $0 == $1 }.count
    format = ToolCallFormat(call: String(text.dropFirst(same)), of: Self.name, template: template)
  }

  private static let tool: TemplateValue = [
    "type": "function",
    "function": [
      "name": .string(name), "description": "Kvota",
      "parameters": [
        "type": "object", "properties": .mapping([key: ["type": "string", "description": "Kvota"]]),
        "required": [.string(key)],
      ],
    ],
  ]

  private static func call(_ arguments: TemplateValue) -> TemplateValue {
    [
      "role": "assistant", "content": "",
      "tool_calls": [
        ["id": "abcdef123", "type": "function", "function": ["name": .string(name), "arguments": arguments]]
      ],
    ]
  }

  private static let result: TemplateValue = [
    "role": "tool", "tool_call_id": "abcdef123", "name": .string(name), "content": "kvota_result",
  ]

  /// Refuses calls in a conversation that the model would not be shown.
  func checkWritesCalls(_ messages: [ChatMessage]) throws(APIError) {
    guard !writesCalls, let index = messages.firstIndex(where: { !$0.toolCalls.isEmpty }) else { return }
    throw .invalidRequest(
      "the model's chat template has no place for calls in messages; leave 'tool_calls' out, or serve the model with a"
        + " template that has one, such as --chat-template hermes",
      param: "messages[\(index)].tool_calls", code: "unsupported_parameter")
  }

  /// Refuses tools that the model would not be told of.
  func checkTellsTools() throws(APIError) {
    guard !tellsTools else { return }
    throw .invalidRequest(
      "the model's chat template has no place for tools; leave 'tools' out, or serve the model with a template that"
        + " has one, such as --chat-template hermes",
      param: "tools", code: "unsupported_parameter")
  }
}
