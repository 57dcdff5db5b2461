/// Why a template cannot be read or rendered, and in which of its lines.
package struct TemplateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Who is to blame.
  package enum Kind: Equatable, Sendable {
    /// The template's text is not what we read as Jinja.
    case syntax

    /// The template does something that its values do not allow.
    case evaluation

    /// The template itself refuses its input, with `raise_exception`.
    case raised

    /// The template wants more steps, depth or output than it may have.
    case limit
  }

  /// Who is to blame.
  package let kind: Kind

  /// The template's line, from 1.
  package let line: Int

  /// What was wrong and what was expected.
  package let message: String

  /// The line and the message.
  package var description: String {
    kind == .raised ? message : "chat template, line \(line): \(message)"
  }
}
