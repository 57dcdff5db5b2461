/// How a model writes its calls of tools.
package enum ToolCallFormat: String, CaseIterable, Sendable {
  /// `<tool_call>{"name": ..., "arguments": ...}</tool_call>`, once for each call: Hermes, Qwen, Granite.
  case hermes

  /// `{"name": ..., "parameters": ...}` and nothing else, or behind `<|python_tag|>`, where code may stand too: Llama 3.
  case llama

  /// `[TOOL_CALLS]` and a list of objects, or `[TOOL_CALLS]name[ARGS]{...}` for each call: Mistral.
  case mistral

  /// An object with `name` and `arguments` or `parameters`, or a list of such, and nothing else.
  case json

  /// Finds out how a template writes a call, since so the model has learned it.
  ///
  /// - Parameters:
  ///   - call: What the template writes for an assistant's message that is one call and nothing else.
  ///   - name: The name of the function called.
  ///   - template: The template's text.
  package init?(call: String, of name: String, template: String) {
    let start = call.drop { $0.isWhitespace || $0 == "[" }
    if call.contains(Self.mistral.marker ?? "") {
      self = .mistral
    } else if let marker = Self.hermes.marker, let range = call.firstRange(of: marker) {
      guard call[range.upperBound...].drop(while: \.isWhitespace).first == "{" else { return nil }
      self = .hermes
    } else if start.first == "{", start.contains("\"\(name)\"") {
      self = template.contains(Self.llama.marker ?? "") ? .llama : .json
    } else {
      return nil
    }
  }

  /// What announces calls wherever it stands in the text; nil if nothing does.
  var marker: String? {
    switch self {
    case .hermes: "<tool_call>"
    case .llama: "<|python_tag|>"
    case .mistral: "[TOOL_CALLS]"
    case .json: nil
    }
  }

  /// What ends the part that the marker announces; nil if nothing does.
  var closing: String? { self == .hermes ? "</tool_call>" : nil }

  /// Texts that may be control tokens of the model, which are part of the form all the same.
  package var controlTexts: Set<String> {
    let inner = self == .mistral ? ["[ARGS]", "[CALL_ID]"] : []
    return Set([marker, closing].compactMap(\.self) + inner)
  }

  /// Whether a text that begins with an object of a known function is a call without any marker.
  var isBare: Bool { self == .llama || self == .json }

  /// What may stand between two calls beside white space.
  var separators: [UInt8] {
    switch self {
    case .hermes: []
    case .llama: Array(";,".utf8)
    case .mistral, .json: Array("[],;".utf8)
    }
  }
}
