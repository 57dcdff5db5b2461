/// A JSON value as it came over the wire or as it will go out.
///
/// Integers and other numbers stay apart, and booleans are never numbers, so that a request field of the
/// wrong type is seen as such instead of being converted.
package enum JSONValue: Equatable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
  /// On the way out: a value that is JSON text already, such as a long list that was written as it came.
  case encoded([UInt8])

  /// What a client would call this kind of value, with its article, for error messages.
  package var kind: String {
    switch self {
    case .null: "null"
    case .boolean: "a boolean"
    case .integer: "an integer"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    case .encoded: "a value"
    }
  }
}

/// The members of a JSON object in the order in which they were written.
///
/// Order matters on the way out (clients log it), in tool schemas that a template prints, and for equality.
package struct JSONObject: Equatable, Sendable {
  /// The member names in order.
  package private(set) var names: [String] = []
  private var values: [ExactName: JSONValue] = [:]

  /// Makes an object without members.
  package init() {}

  /// The value of a member, nil when it is absent; setting nil is not removal but does nothing.
  package subscript(name: String) -> JSONValue? {
    get { values[ExactName(text: name)] }
    set {
      guard let newValue else { return }
      if values.updateValue(newValue, forKey: ExactName(text: name)) == nil { names.append(name) }
    }
  }
}

/// A name compared by its code points, as JSON has it: for Swift's strings a letter with an accent equals letter and accent, and
/// vocabularies hold both.
struct ExactName: Hashable {
  let text: String

  static func == (a: ExactName, b: ExactName) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }

  func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Makes an object of members in the order written; of two with one name the later value stays.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (name, value) in elements { self[name] = value }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByFloatLiteral
{
  /// Makes a string.
  package init(stringLiteral value: String) { self = .string(value) }

  /// Makes an integer.
  package init(integerLiteral value: Int) { self = .integer(value) }

  /// Makes a number that is not an integer.
  package init(floatLiteral value: Double) { self = .number(value) }

  /// Makes a boolean.
  package init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// Makes null.
  package init(nilLiteral: ()) { self = .null }

  /// Makes an array.
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// Makes an object of members in the order written.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (name, value) in elements { object[name] = value }
    self = .object(object)
  }

  /// Makes a string, or null for nil: OpenAI's bodies write absent values out.
  package init(_ string: String?) { self = string.map(JSONValue.string) ?? .null }

  /// Makes an integer, or null for nil.
  package init(_ integer: Int?) { self = integer.map(JSONValue.integer) ?? .null }
}
