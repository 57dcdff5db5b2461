extension HTTPHeaders {
  /// Whether the client takes gzip and does not like a body better as it is (RFC 9110 section 12.5.3).
  package var preferGzip: Bool {
    var weights: [String: Int] = [:]
    for element in values(of: "accept-encoding").flatMap(\.listElements) {
      let parts = element.utf8.split(separator: UInt8(ascii: ";"), maxSplits: 1).map(\.trimmingBlanks)
      // A weight that cannot be read is no permission.
      guard let coding = parts.first?.text.lowercased() else { continue }
      weights[coding] = parts.count == 1 ? 1000 : weight(parts[1]) ?? 0
    }
    let gzip = weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? 0
    return gzip > 0 && gzip >= weights["identity"] ?? 0
  }
}

/// Reads `q=0.125` as thousandths: a 0 or 1, and up to three digits behind a point (RFC 9110 section 12.4.2).
private func weight(_ parameter: some Collection<UInt8>) -> Int? {
  let text = Array(parameter)
  guard text.count >= 3, text[0].lowercasedASCII == UInt8(ascii: "q"), text[1] == UInt8(ascii: "=") else {
    return nil
  }
  let digits = text[3...].dropFirst()
  guard text[2] == UInt8(ascii: "0") || text[2] == UInt8(ascii: "1"), digits.count <= 3,
    text.count == 3 || text[3] == UInt8(ascii: "."), digits.allSatisfy(\.isDigit)
  else { return nil }
  let thousandths = (0..<3).reduce(0) { sum, place in
    sum * 10 + (place < digits.count ? Int(digits[digits.startIndex + place] - 0x30) : 0)
  }
  let weight = Int(text[2] - 0x30) * 1000 + thousandths
  return weight <= 1000 ? weight : nil
}
