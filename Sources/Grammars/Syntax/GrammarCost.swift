/// Counts what a grammar costs while it is made, so that none takes more memory or time than all may.
///
/// Whoever makes parts of a grammar counts them before it makes them: a text of some kilobytes may come to any number.
package struct GrammarCost: Sendable {
  /// Parts of all rules together, each character of a text, a set or a pattern counted: some ten megabytes.
  package static let partLimit = 1 << 17
  /// Bytes of a schema's text, looked at or compared, that cost as much as one part.
  package static let looksPerPart = 64

  /// What is thrown beyond `partLimit`.
  package static let exceeded = GrammarError.tooLarge("parts", limit: partLimit)

  private(set) var looks = 0

  /// Nothing has been made yet.
  package init() {}

  /// Counts parts, which are to be made next.
  ///
  /// Throws `exceeded` beyond `partLimit`.
  package mutating func add(parts: Int = 1) throws(GrammarError) {
    try add(looks: parts * Self.looksPerPart)
  }

  /// Counts bytes that are looked at.
  package mutating func add(looks: Int) throws(GrammarError) {
    self.looks += looks
    guard self.looks <= Self.partLimit * Self.looksPerPart else { throw Self.exceeded }
  }
}
