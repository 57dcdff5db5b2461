/// What a template works with: Python's values, as far as chat templates use them.
package enum TemplateValue: Equatable, Sendable {
  /// A name or key that is not there; it prints as nothing, and is an error to look into.
  case undefined(String)
  case none
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case list([TemplateValue])
  case mapping(TemplateMapping)

  /// A `namespace()`, by its number in the rendering: the only value that is shared when assigned.
  case namespace(Int)

  /// A macro, by its number in the rendering.
  case macro(Int)

  /// A function that every template has, such as `range`.
  case function(String)

  /// The name of the kind, as Python has it, for error messages and concatenation rules.
  var kind: String {
    switch self {
    case .undefined: "undefined"
    case .none: "None"
    case .boolean: "bool"
    case .integer: "int"
    case .number: "float"
    case .string: "str"
    case .list: "list"
    case .mapping: "dict"
    case .namespace: "namespace"
    case .macro: "macro"
    case .function: "function"
    }
  }

  /// Whether Python takes the value as true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .boolean(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let elements): !elements.isEmpty
    case .mapping(let mapping): !mapping.keys.isEmpty
    case .namespace, .macro, .function: true
    }
  }

  var isUndefined: Bool { if case .undefined = self { true } else { false } }

  /// The value as an integer where Python would take it as one: booleans are 0 and 1.
  var integerValue: Int? {
    switch self {
    case .integer(let value): value
    case .boolean(let value): value ? 1 : 0
    default: nil
    }
  }

  /// The value as a double where Python would take it as a number.
  var doubleValue: Double? {
    if case .number(let value) = self { value } else { integerValue.map(Double.init) }
  }
}

/// A dictionary with string keys that keeps its order, as Python's does.
package struct TemplateMapping: Equatable, Sendable, ExpressibleByDictionaryLiteral {
  /// The keys in order.
  package private(set) var keys: [String] = []
  private var values: [ExactKey: TemplateValue] = [:]

  /// Makes an empty mapping.
  package init() {}

  /// Makes a mapping in the order written; of two values of one key the later stays.
  package init(dictionaryLiteral elements: (String, TemplateValue)...) {
    for (key, value) in elements { self[key] = value }
  }

  /// The value of a key, nil when it is absent; setting nil does nothing.
  package subscript(key: String) -> TemplateValue? {
    get { values[ExactKey(text: key)] }
    set {
      guard let newValue else { return }
      if values.updateValue(newValue, forKey: ExactKey(text: key)) == nil { keys.append(key) }
    }
  }

  /// Keys and values in order.
  package var pairs: [(key: String, value: TemplateValue)] {
    keys.map { ($0, self[$0] ?? .none) }
  }
}

/// A key compared by its code points, as Python's are: for Swift's strings a letter with an accent equals letter and accent.
private struct ExactKey: Hashable, Sendable {
  let text: String

  static func == (a: ExactKey, b: ExactKey) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Makes a string.
  package init(stringLiteral value: String) { self = .string(value) }

  /// Makes an integer.
  package init(integerLiteral value: Int) { self = .integer(value) }

  /// Makes a number that is not an integer.
  package init(floatLiteral value: Double) { self = .number(value) }

  /// Makes a boolean.
  package init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// Makes a list.
  package init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }

  /// Makes a mapping in the order written.
  package init(dictionaryLiteral elements: (String, TemplateValue)...) {
    var mapping = TemplateMapping()
    for (key, value) in elements { mapping[key] = value }
    self = .mapping(mapping)
  }
}
