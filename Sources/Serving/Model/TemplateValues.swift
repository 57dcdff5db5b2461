import ChatTemplates
import OpenAIAPI

extension TemplateValue {
  /// What a template sees of a JSON value; each text in it, names too, goes through `text`.
  init(_ json: JSONValue, text: (String) -> String) {
    self =
      switch json {
      case .null: .none
      case .boolean(let value): .boolean(value)
      case .integer(let value): .integer(value)
      case .number(let value): .number(value)
      case .string(let value): .string(text(value))
      case .array(let elements): .list(elements.map { TemplateValue($0, text: text) })
      case .object(let object): .mapping(TemplateMapping(object, text: text))
      case .encoded(let bytes): .string(text(String(decoding: bytes, as: UTF8.self)))
      }
  }
}

extension TemplateMapping {
  /// What a template sees of a JSON object, in its order.
  init(_ object: JSONObject, text: (String) -> String) {
    self.init()
    for name in object.names { self[text(name)] = TemplateValue(object[name] ?? .null, text: text) }
  }
}
