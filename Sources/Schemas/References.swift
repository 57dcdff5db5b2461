import OpenAIAPI

/// Where references point: into the schema itself.
struct References {
  let document: JSONValue

  /// The pointer of a reference and what is there; a reference to nothing but another reference is followed.
  func resolve(_ reference: JSONValue, at path: String) throws(SchemaError) -> (
    pointer: String, target: JSONValue
  ) {
    guard case .string(let text) = reference, text == "#" || text.hasPrefix("#/") else {
      throw SchemaError(
        path.member("$ref"), "a reference is '#' or a pointer into the schema, such as '#/$defs/name'")
    }
    var value = document
    let parts =
      text.utf8.count > 2 ? text.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) : []
    for part in parts {
      let name = Self.unescaped(part)
      switch value {
      case .object(let object):
        guard let member = object[name] else { throw missing(text, path) }
        value = member
      case .array(let elements):
        guard let index = Int(name), elements.indices.contains(index) else { throw missing(text, path) }
        value = elements[index]
      default: throw missing(text, path)
      }
    }
    return (text, value)
  }

  private func missing(_ reference: String, _ path: String) -> SchemaError {
    SchemaError(path.member("$ref"), "there is nothing at '\(reference.shown)' in the schema")
  }

  /// RFC 6901, within a URI.
  private static func unescaped(_ part: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(part.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let decoded = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(decoded)
        rest = rest.dropFirst(2)
      } else if byte == UInt8(ascii: "~"), let next = rest.first, next == 0x30 || next == 0x31 {
        bytes.append(next == 0x30 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
        rest = rest.dropFirst()
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
