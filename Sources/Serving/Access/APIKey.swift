/// One key of the server: what its holder sends, what the log calls it, what it allows.
package struct APIKey: Sendable, Equatable {
  /// What the log calls it; unlike any other key's.
  package let name: String
  /// Sequences that its holder may have here at a time; nil for what `--max-per-client` says, 0 for none at all.
  package let maxSequences: Int?
  /// Its bytes, then zeros up to `longest`, so that all are compared in the same time.
  private let padded: [UInt8]

  private static let lengths = 16...longest
  private static let longest = 256
  private static let mostSequences = 1_000_000

  /// A key of 16 to 256 printable ASCII characters without space and comma.
  ///
  /// Throws `SettingsError` without the key in its text, which goes into logs.
  init(name: String, secret: String, maxSequences: Int? = nil) throws(SettingsError) {
    guard RequestID.isSane(name) else {
      throw SettingsError("the name is not 1 to 128 letters, digits, '.', '_' or '-'")
    }
    guard Self.lengths.contains(secret.utf8.count) else {
      throw SettingsError(
        "the key '\(name)' has \(secret.utf8.count) characters; expected \(Self.lengths.lowerBound) to \(Self.longest), such as the output of `openssl rand -hex 32`"
      )
    }
    guard secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") }) else {
      throw SettingsError(
        "the key '\(name)' has other characters than printable ASCII without space and comma")
    }
    guard maxSequences.map((0...Self.mostSequences).contains) ?? true else {
      throw SettingsError(
        "the limit of the key '\(name)' is not a whole number from 0 to \(Self.mostSequences)")
    }
    self.name = name
    self.maxSequences = maxSequences
    padded = Self.padded(secret)
  }

  /// Whether its holder may do more than look.
  var mayGenerate: Bool { maxSequences != 0 }

  func hasSecret(of other: APIKey) -> Bool { padded == other.padded }

  /// The key among `keys` that this secret is, or nil.
  ///
  /// Takes the same time whatever differs and wherever the key stands: time must not tell how much was guessed right.
  static func find(_ secret: String, in keys: [APIKey]) -> APIKey? {
    let presented = padded(secret)
    var found = keys.count
    for (index, key) in keys.enumerated() {
      var difference = UInt8(0)
      for place in 0..<longest { difference |= presented[place] ^ key.padded[place] }
      found = difference == 0 ? index : found
    }
    // No key has zeros, so behind the end of one they would go unnoticed.
    let isPlain = lengths.contains(secret.utf8.count) && !secret.utf8.contains(0)
    return found < keys.count && isPlain ? keys[found] : nil
  }

  /// What is longer than any key is cut, and then refused by its length.
  private static func padded(_ secret: String) -> [UInt8] {
    let bytes = Array(secret.utf8.prefix(longest))
    return bytes + [UInt8](repeating: 0, count: longest - bytes.count)
  }
}
