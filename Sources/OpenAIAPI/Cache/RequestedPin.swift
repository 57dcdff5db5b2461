/// Part of a prompt that is never evicted, as the client says it.
///
/// In JSON `"system"`, `{"role": "system"}`, `{"message": 0}` or `{"tokens": [0, 16]}`; in text `system`, `role:system`,
/// `message:0` or `tokens:0-16`.
package enum RequestedPin: Equatable, Sendable {
  /// All messages of a role.
  case role(ChatMessage.Role)

  /// One message by its index, from the end if negative.
  case message(Int)

  /// Tokens of the prompt, from 0, the upper bound excluded.
  case tokens(Range<Int>)

  /// More would take longer to check than they are worth.
  private static let limit = 64
  private static let tokenLimit = Int(Int32.max)
  private static let indices = -tokenLimit...tokenLimit

  private static var allowed: String {
    "a role (\(ChatMessage.Role.allCases.map(\.rawValue).joined(separator: ", "))), message:INDEX or tokens:FROM-TO"
  }

  /// The pins of a field: an array, or a text with commas between them.
  static func read(_ fields: inout FieldReader, _ name: String) throws(APIError) -> [RequestedPin]? {
    let path = fields.path(name)
    let elements: [JSONValue]
    switch fields.value(name) {
    case nil: return nil
    case .array(let array): elements = array
    case .string(let text): elements = text.split(separator: ",").map { .string($0.trimmed) }
    case .some(let other):
      throw .wrongType(path, "an array, or a text such as \"system,message:0,tokens:0-16\"", other)
    }
    guard elements.count <= limit else {
      throw .invalidRequest(
        "'\(path)' has \(elements.count) pins, allowed are up to \(limit)", param: path, code: "invalid_value"
      )
    }
    var pins: [RequestedPin] = []
    for (index, element) in elements.enumerated() {
      pins.append(try RequestedPin(element, path: "\(path)[\(index)]"))
    }
    return pins
  }

  private init(_ value: JSONValue, path: String) throws(APIError) {
    switch value {
    case .string(let text):
      guard let pin = RequestedPin(text) else { throw .outOfRange(path, value, RequestedPin.allowed) }
      self = pin
    case .object(let object): try self.init(object, path: path)
    default: throw .wrongType(path, "a role's name or an object with role, message or tokens", value)
    }
  }

  private init(_ object: JSONObject, path: String) throws(APIError) {
    var fields = FieldReader(object, prefix: path + ".")
    let role = try RequestedPin.role(&fields)
    let index = try fields.integer("message", in: RequestedPin.indices)
    let tokens = try RequestedPin.tokens(&fields)
    let pins = [role.map(Self.role), index.map(Self.message), tokens.map(Self.tokens)].compactMap(\.self)
    guard pins.count == 1, fields.unread.isEmpty else {
      throw .outOfRange(
        path, .object(object), #"one of {"role": "system"}, {"message": 0} and {"tokens": [0, 16]}"#)
    }
    self = pins[0]
  }

  private static func role(_ fields: inout FieldReader) throws(APIError) -> ChatMessage.Role? {
    guard let name = try fields.string("role") else { return nil }
    guard let role = ChatMessage.Role(rawValue: name) else {
      throw .outOfRange(fields.path("role"), .string(name), ChatMessage.Role.known)
    }
    return role
  }

  private static func tokens(_ fields: inout FieldReader) throws(APIError) -> Range<Int>? {
    guard let value = fields.value("tokens") else { return nil }
    guard case .array(let bounds) = value, bounds.count == 2, case .integer(let from) = bounds[0],
      case .integer(let to) = bounds[1], let range = range(from, to)
    else {
      throw .outOfRange(fields.path("tokens"), value, "[FROM, TO] with 0 <= FROM < TO, TO excluded")
    }
    return range
  }

  /// Reads a pin's text form, nil if it is not one.
  private init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
    switch (parts[0], parts.dropFirst().first) {
    case (let name, nil), ("role", let name?):
      guard let role = ChatMessage.Role(rawValue: name) else { return nil }
      self = .role(role)
    case ("message", let number?):
      guard let index = Int(number), RequestedPin.indices.contains(index) else { return nil }
      self = .message(index)
    case ("tokens", let span?):
      let bounds = span.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard bounds.count == 2, let from = bounds[0], let to = bounds[1],
        let range = RequestedPin.range(from, to)
      else { return nil }
      self = .tokens(range)
    default: return nil
    }
  }

  private static func range(_ from: Int, _ to: Int) -> Range<Int>? {
    from >= 0 && from < to && to <= tokenLimit ? from..<to : nil
  }
}
