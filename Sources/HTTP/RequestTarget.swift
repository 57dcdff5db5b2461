/// What a request asks for: path and query, still percent-encoded.
package struct RequestTarget: Equatable, Sendable {
  /// Begins with `/`, or is `*` for the server as a whole.
  package let path: String
  /// What follows the first `?`; nil without one.
  package let query: String?

  /// Parses the origin form, the absolute form, and `*` of OPTIONS (RFC 9112 section 3.2).
  ///
  /// The authority of an absolute form is checked and dropped, whatever the Host field says: we serve one host, and
  /// RFC 9112 section 3.2.2 has the target win.
  init(_ bytes: ArraySlice<UInt8>, method: String) throws(HTTPError) {
    guard bytes.allSatisfy({ $0.isVisibleASCII && $0 != UInt8(ascii: "#") }) else {
      throw .malformed("the request target may hold visible ASCII without '#' only")
    }
    guard bytes.hasWholeEscapes else {
      throw .malformed("a '%' in the request target must be followed by two hexadecimal digits")
    }
    if bytes.first == UInt8(ascii: "/") {
      self.init(originForm: bytes)
    } else if method == "OPTIONS" && bytes.elementsEqual("*".utf8) {
      self.init(path: "*", query: nil)
    } else {
      self.init(originForm: try Self.withoutAuthority(bytes))
    }
  }

  private init(path: String, query: String?) {
    self.path = path
    self.query = query
  }

  private init(originForm bytes: ArraySlice<UInt8>) {
    let mark = bytes.firstIndex(of: UInt8(ascii: "?"))
    let path = bytes[..<(mark ?? bytes.endIndex)]
    self.init(path: path.isEmpty ? "/" : path.text, query: mark.map { bytes[($0 + 1)...].text })
  }

  private static func withoutAuthority(_ bytes: ArraySlice<UInt8>) throws(HTTPError) -> ArraySlice<UInt8> {
    for scheme in ["http://", "https://"]
    where bytes.prefix(scheme.utf8.count).text.equalsIgnoringCase(scheme) {
      let rest = bytes.dropFirst(scheme.utf8.count)
      let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
      guard isHost(authority) else { break }
      return rest.dropFirst(authority.count)
    }
    throw .malformed("the request target must be a path or an http URI with a host")
  }

  /// The path with its percent escapes resolved; nil if one is broken or the result is not UTF-8.
  package var decodedPath: String? { path.utf8.contains(UInt8(ascii: "%")) ? percentDecoded(path) : path }
}

extension ArraySlice<UInt8> {
  /// Whether each `%` begins an escape of two hexadecimal digits.
  fileprivate var hasWholeEscapes: Bool {
    guard contains(UInt8(ascii: "%")) else { return true }
    return split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst().allSatisfy {
      rest in
      rest.count >= 2 && rest.prefix(2).allSatisfy { $0.hexValue != nil }
    }
  }
}

/// Resolves percent escapes (RFC 3986 section 2.1); nil if one is broken or the result is not UTF-8.
package func percentDecoded(_ text: String) -> String? {
  var decoded: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    guard byte == UInt8(ascii: "%") else {
      decoded.append(byte)
      continue
    }
    guard let high = rest.popFirst()?.hexValue, let low = rest.popFirst()?.hexValue else { return nil }
    decoded.append(UInt8(high * 16 + low))
  }
  return String(validating: decoded, as: UTF8.self)
}
