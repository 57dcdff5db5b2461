extension Interpreter {
  /// `value.name(...)`: a method of Python's type, or else what is stored under the name.
  mutating func call(
    _ name: String, on value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .string(let text): return try call(name, onText: text, arguments)
    case .mapping(let mapping):
      switch name {
      case "get":
        guard case .string(let key)? = arguments.value(0, "key") else {
          return arguments.value(1, "default") ?? .none
        }
        try charge(key.utf8.count / 64)
        return mapping[key] ?? arguments.value(1, "default") ?? .none
      case "items": return .list(try counted(mapping.pairs.map { [.string($0.key), $0.value] }))
      case "keys": return .list(try counted(mapping.keys.map(TemplateValue.string)))
      case "values": return .list(try counted(mapping.pairs.map(\.value)))
      default: return try callStored(name, on: value, arguments)
      }
    case .list
    where ["append", "extend", "insert", "pop", "remove", "clear", "reverse", "sort"].contains(name):
      throw error("'\(name)' would change a list, which templates may not")
    default: return try callStored(name, on: value, arguments)
    }
  }

  private mutating func callStored(
    _ name: String, on value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    let stored = try attribute(name, of: value)
    guard !stored.isUndefined else { throw error("a value of type \(value.kind) has no method '\(name)'") }
    return try call(stored, arguments)
  }
}
