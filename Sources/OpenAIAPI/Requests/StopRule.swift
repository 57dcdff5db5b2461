/// The two fields that end a generation early.
enum StopRule {
  private static let textLimit = 4
  /// Bytes of a text: what may be its beginning is held back and compared again and again.
  private static let byteLimit = 1 << 10
  private static let tokenLimit = 64

  static func texts(_ fields: inout FieldReader) throws(APIError) -> [String] {
    let path = fields.path("stop")
    let texts: [String]
    switch fields.value("stop") {
    case nil: return []
    case .string(let text): texts = [text]
    case .array(let elements):
      texts = try elements.elements(path, "a string") { value in
        guard case .string(let text) = value else { return nil }
        return text
      }
    case .some(let other): throw .wrongType(path, "a string or an array of strings", other)
    }
    guard texts.count <= textLimit else {
      throw .invalidRequest(
        "'\(path)' has \(texts.count) texts, allowed are up to \(textLimit)", param: path,
        code: "invalid_value")
    }
    guard !texts.contains("") else {
      throw .invalidRequest("'\(path)' holds an empty text", param: path, code: "invalid_value")
    }
    if let long = texts.first(where: { $0.utf8.count > byteLimit }) {
      throw .invalidRequest(
        "'\(path)' holds a text of \(long.utf8.count) bytes, allowed are up to \(byteLimit); send its beginning alone",
        param: path, code: "invalid_value")
    }
    return texts
  }

  static func tokenIDs(_ fields: inout FieldReader) throws(APIError) -> [Int] {
    let path = fields.path("stop_token_ids")
    guard let value = fields.value("stop_token_ids") else { return [] }
    guard case .array(let elements) = value else { throw .wrongType(path, "an array of integers", value) }
    guard elements.count <= tokenLimit else {
      throw .invalidRequest(
        "'\(path)' has \(elements.count) ids, allowed are up to \(tokenLimit)", param: path,
        code: "invalid_value")
    }
    return try elements.tokenIDs(path)
  }
}

extension [JSONValue] {
  /// The elements converted; the first that cannot be is the error, by its index.
  func elements<Converted>(
    _ path: String, _ expected: String, _ convert: (JSONValue) -> Converted?
  ) throws(APIError) -> [Converted] {
    var converted: [Converted] = []
    converted.reserveCapacity(count)
    for (index, value) in enumerated() {
      guard let element = convert(value) else { throw .wrongType("\(path)[\(index)]", expected, value) }
      converted.append(element)
    }
    return converted
  }

  /// The elements as token ids: whole numbers from 0; whether the vocabulary has them is checked later.
  func tokenIDs(_ path: String) throws(APIError) -> [Int] {
    let identifiers = try elements(path, "a token id, an integer from 0 to \(Int32.max)") { value -> Int? in
      switch value {
      case .integer(let integer): integer
      case .number(let number): Int(exactly: number)
      default: nil
      }
    }
    for (index, identifier) in identifiers.enumerated() where !(0...Int(Int32.max)).contains(identifier) {
      throw .outOfRange("\(path)[\(index)]", .integer(identifier), "a token id from 0 to \(Int32.max)")
    }
    return identifiers
  }
}
