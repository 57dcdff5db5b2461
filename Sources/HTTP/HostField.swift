/// Whether bytes are a host, and perhaps a port, as in a Host field: `example.org`, `127.0.0.1:80`, `[::1]:80`.
///
/// RFC 9110 section 7.2. An empty one, user info, a path or a list are what two servers on a request's way may read in
/// two ways.
func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
  let isLiteral = bytes.first == UInt8(ascii: "[")
  let host = bytes.prefix { $0 != UInt8(ascii: isLiteral ? "]" : ":") }
  let rest = bytes.dropFirst(host.count)
  guard isLiteral else {
    return !host.isEmpty && host.allSatisfy(\.isHostNameCharacter) && isPort(rest)
  }
  let address = host.dropFirst()
  return address.contains(UInt8(ascii: ":"))
    && address.allSatisfy { $0.hexValue != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    && rest.first == UInt8(ascii: "]") && isPort(rest.dropFirst())
}

/// Nothing, or a colon and up to five digits; RFC 3986 lets the digits be absent.
private func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
  guard let first = bytes.first else { return true }
  let digits = bytes.dropFirst()
  return first == UInt8(ascii: ":") && digits.count <= 5 && digits.allSatisfy(\.isDigit)
    && digits.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 65535
}
