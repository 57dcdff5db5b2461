/// A piece of a template and the line in which it begins.
struct Token: Equatable, Sendable {
  enum Kind: Equatable, Sendable {
    case text(String)
    case outputBegin
    case outputEnd
    case blockBegin
    case blockEnd
    case name(String)
    case string(String)
    case integer(Int)
    case number(Double)
    case symbol(String)
    case end
  }

  let kind: Kind
  let line: Int

  /// The token as an error message shows it.
  var shown: String {
    switch kind {
    case .text: "text"
    case .outputBegin: "'{{'"
    case .outputEnd: "'}}'"
    case .blockBegin: "'{%'"
    case .blockEnd: "'%}'"
    case .name(let name): "'\(name)'"
    case .string: "a string"
    case .integer(let value): "'\(value)'"
    case .number(let value): "'\(value)'"
    case .symbol(let symbol): "'\(symbol)'"
    case .end: "the template's end"
    }
  }
}
