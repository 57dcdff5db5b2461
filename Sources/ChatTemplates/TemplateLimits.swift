/// What one rendering may use: templates come with models, so they are input like any other.
package struct TemplateLimits: Equatable, Sendable {
  /// How many statements, expressions and elements may be visited.
  package var steps = 4_000_000

  /// How many bytes of text may be made in all, output and intermediate strings together.
  package var textBytes = 128 << 20

  /// How deep statements, expressions and macro calls may nest in all.
  package var depth = 128

  /// Makes the standard limits.
  package init() {}

  /// How deep expressions and blocks may nest in a template's text.
  static let syntaxDepth = 48

  /// How deep lists and mappings may nest.
  static let valueDepth = 64

  /// The longest `range()`, as in Jinja's own sandbox.
  static let rangeLength = 100_000
}
