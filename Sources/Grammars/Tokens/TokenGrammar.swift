import Synchronization

/// A grammar over a vocabulary: which tokens may follow a text.
///
/// Any number of sequences follow it at once, each with a `GrammarPosition` of its own. What one has found out, masks above all, serves
/// the others; a few megabytes of it are kept.
package final class TokenGrammar: Sendable {
  /// What has been found out so far.
  private struct Findings {
    var configurations: Configurations
    var runs = TextRuns()
    var masks: MaskCache
    /// Counts how often it was thrown away: numbers of configurations are of one generation.
    var generation = 0
  }

  private let automaton: Automaton
  private let trie: TokenTrie
  private let findings: Mutex<Findings>

  /// Bytes of steps, and of masks, that are kept.
  private static let stepsLimit = 4 << 20
  private static let masksLimit = 4 << 20
  /// Places that may be visited for one mask: only grammars of many readings at once come to it, and then tokens that were not come to
  /// are not admitted.
  private static let visitLimit = 1 << 19

  /// Throws `GrammarError` for a grammar that is too large, matches no text or begins with itself.
  package init(_ grammar: Grammar, trie: TokenTrie) throws(GrammarError) {
    let automaton = try Automaton(grammar, longestText: trie.greatestDepth + 1)
    self.automaton = automaton
    self.trie = trie
    findings = Mutex(
      Findings(configurations: Configurations(automaton), masks: MaskCache(limit: Self.masksLimit)))
  }

  /// Where a text begins.
  package var start: GrammarPosition {
    findings.withLock { findings in
      GrammarPosition(
        findings.configurations, at: findings.configurations.start, generation: findings.generation)
    }
  }

  /// The tokens that may come at a position; the end tokens are among them where the text may end, or can go on with no token.
  ///
  /// Looked up if it was asked for before; else O(nodes of the vocabulary's tree that begin texts of the grammar).
  package func mask(at position: GrammarPosition) -> TokenMask {
    findings.withLock { findings in
      // Many places in a text of bounded length have the same mask.
      let entered = enter(position, &findings)
      let configuration = findings.configurations.alike(entered)
      if let mask = findings.masks[configuration] { return mask }
      let (mask, isWhole) = makeMask(configuration, &findings)
      if isWhole { findings.masks.insert(mask, for: configuration) }
      return mask
    }
  }

  /// The position after a token, which must be one that the mask admits: after others, and end tokens, nothing can come.
  package func position(after token: Int32, at position: GrammarPosition) -> GrammarPosition {
    findings.withLock { findings in
      var configuration = enter(position, &findings)
      let bytes = trie.endTokens.contains(token) ? nil : trie.bytes(of: token)
      if let bytes {
        for byte in bytes { configuration = findings.configurations.step(configuration, byte: byte) }
      } else {
        configuration = Configurations.dead
      }
      return GrammarPosition(findings.configurations, at: configuration, generation: findings.generation)
    }
  }

  /// The number of a position's configuration, after the steps were thrown away if they had become too many.
  private func enter(_ position: GrammarPosition, _ findings: inout Findings) -> Int32 {
    if findings.configurations.byteCount > Self.stepsLimit {
      findings.configurations = Configurations(automaton)
      findings.runs = TextRuns()
      findings.masks = MaskCache(limit: Self.masksLimit)
      findings.generation += 1
    }
    return position.generation == findings.generation
      ? position.configuration
      : findings.configurations.number(of: position.places, frames: position.frames)
  }

  private func makeMask(_ start: Int32, _ findings: inout Findings) -> (TokenMask, isWhole: Bool) {
    var mask = TokenMask(vocabularySize: trie.vocabularySize)
    let isWhole = trie.walk(
      from: start, classes: automaton.classes, &findings.configurations, &findings.runs,
      visitLimit: Self.visitLimit, byteLimit: 4 * Self.stepsLimit, into: &mask)
    if findings.configurations.canEnd[Int(start)] || mask.isEmpty {
      for token in trie.endTokens { mask.insert(token) }
    }
    return (mask, isWhole)
  }
}

/// Where a text is in a grammar.
package struct GrammarPosition: Sendable {
  let configuration: Int32
  let generation: Int
  /// What the number means, for when it is of a generation before.
  let places: [Configurations.Place]
  let frames: [Stacks.Frame]

  init(_ configurations: borrowing Configurations, at configuration: Int32, generation: Int) {
    self.configuration = configuration
    self.generation = generation
    (places, frames) = configurations.meaning(of: configuration)
  }
}
