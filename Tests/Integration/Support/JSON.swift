import Foundation

/// JSON as the tests write and read it: `answer.usage.kv_cache.resident.int`; what is absent is null.
@dynamicMemberLookup
enum JSON: Codable, Hashable, Sendable {
  case null
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let boolean = try? value.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let string = try? value.decode(String.self) {
      self = .string(string)
    } else if let array = try? value.decode([JSON].self) {
      self = .array(array)
    } else {
      self = .object(try value.decode([String: JSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .null: try value.encodeNil()
    case .boolean(let boolean): try value.encode(boolean)
    case .number(let number):
      // A whole number is written as one: the server tells `1` from `1.0`.
      if let whole = Int(exactly: number) { try value.encode(whole) } else { try value.encode(number) }
    case .string(let string): try value.encode(string)
    case .array(let array): try value.encode(array)
    case .object(let object): try value.encode(object)
    }
  }
}

extension JSON {
  subscript(dynamicMember name: String) -> JSON { self[name] }
  subscript(name: String) -> JSON {
    if case .object(let object) = self { object[name] ?? .null } else { .null }
  }
  subscript(index: Int) -> JSON { items.indices.contains(index) ? items[index] : .null }

  var items: [JSON] { if case .array(let array) = self { array } else { [] } }
  var string: String? { if case .string(let string) = self { string } else { nil } }
  var int: Int? { if case .number(let number) = self { Int(exactly: number) } else { nil } }
  var names: Set<String> { if case .object(let object) = self { Set(object.keys) } else { [] } }

  /// This object with the members of another, which win.
  func with(_ other: JSON) -> JSON {
    guard case .object(let mine) = self, case .object(let theirs) = other else { return other }
    return .object(mine.merging(theirs) { $1 })
  }

  static func parse(_ data: Data) throws -> JSON { try JSONDecoder().decode(JSON.self, from: data) }
  func encoded() throws -> Data { try JSONEncoder.sorted.encode(self) }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  init(nilLiteral: ()) { self = .null }
  init(booleanLiteral value: Bool) { self = .boolean(value) }
  init(integerLiteral value: Int) { self = .number(Double(value)) }
  init(floatLiteral value: Double) { self = .number(value) }
  init(stringLiteral value: String) { self = .string(value) }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements) { $1 })
  }
  init(_ tokens: [Int]) { self = .array(tokens.map { .number(Double($0)) }) }
}

extension JSONEncoder {
  /// Writes the same for what is equal: a template shows the model the order of members.
  static var sorted: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return encoder
  }
}
