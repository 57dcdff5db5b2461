extension Interpreter {
  /// `value.name`: a key of a mapping or namespace; what is not there is undefined.
  func attribute(_ name: String, of value: TemplateValue) throws(TemplateError) -> TemplateValue {
    switch value {
    case .mapping(let mapping): return mapping[name] ?? .undefined(name)
    case .namespace(let index): return namespaces[index][name] ?? .undefined(name)
    case .undefined(let missing): throw error("'\(missing)' is undefined, so it has no '\(name)'")
    default: return .undefined(name)
    }
  }

  /// `value[index]`: a key, or an element counted from either end; what is not there is undefined.
  mutating func element(_ index: TemplateValue, of value: TemplateValue) throws(TemplateError)
    -> TemplateValue
  {
    if case .string(let key) = index {
      try charge(key.utf8.count / 64)
      return try attribute(key, of: value)
    }
    if case .undefined(let missing) = value {
      throw error("'\(missing)' is undefined, so it has no elements")
    }
    guard let position = index.integerValue else { return .undefined("an element") }
    switch value {
    case .list(let elements):
      let place = position < 0 ? position + elements.count : position
      return elements.indices.contains(place) ? elements[place] : .undefined("element \(position)")
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      try charge(scalars.count / 64)
      let place = position < 0 ? position + scalars.count : position
      return scalars.indices.contains(place)
        ? .string(String(Character(scalars[place]))) : .undefined("element \(position)")
    default: return .undefined("element \(position)")
    }
  }

  mutating func slice(
    _ value: TemplateValue, _ start: Expression?, _ stop: Expression?, _ step: Expression?
  ) throws(TemplateError) -> TemplateValue {
    let bounds = (try bound(start), try bound(stop), try bound(step) ?? 1)
    guard bounds.2 != 0 else { throw error("a slice's step cannot be 0") }
    switch value {
    case .list(let elements):
      try charge(elements.count)
      return .list(Interpreter.indices(bounds, count: elements.count).map { elements[$0] })
    case .string(let text):
      let scalars = Array(text.unicodeScalars)
      try charge(scalars.count / 64)
      return try made(String(Interpreter.indices(bounds, count: scalars.count).map { scalars[$0] }))
    case .undefined(let name): throw error("'\(name)' is undefined, so it cannot be sliced")
    default: throw error("a value of type \(value.kind) cannot be sliced")
    }
  }

  private mutating func bound(_ expression: Expression?) throws(TemplateError) -> Int? {
    guard let expression else { return nil }
    let value = try evaluate(expression)
    if value == .none { return nil }
    guard let bound = value.integerValue else {
      throw error("a slice's bounds must be integers, found \(value.kind)")
    }
    return bound
  }

  /// The indices that Python's `slice.indices` walks.
  private static func indices(_ bounds: (start: Int?, stop: Int?, step: Int), count: Int) -> [Int] {
    let isForward = bounds.step > 0
    let (lowest, highest) = isForward ? (0, count) : (-1, count - 1)
    func clamp(_ bound: Int?, else standard: Int) -> Int {
      guard let bound else { return standard }
      return min(max(bound < 0 ? bound + count : bound, lowest), highest)
    }
    let start = clamp(bounds.start, else: isForward ? lowest : highest)
    let stop = clamp(bounds.stop, else: isForward ? highest : lowest)
    return Array(stride(from: start, to: stop, by: bounds.step))
  }
}
