import Grammars
import OpenAIAPI

extension SchemaCompiler {
  /// Strings of a schema: of a pattern, of a format, or of bounded length.
  mutating func string(_ schema: JSONObject, at path: String) throws(SchemaError) -> Expression {
    let least = try schema.count("minLength", at: path) ?? 0
    let most = try schema.count("maxLength", at: path)
    if let most, most < least { return .choice([]) }
    let pattern = try schema.text("pattern", at: path)
    let format = try schema.text("format", at: path)
    switch (pattern, format) {
    case (nil, nil): return try string(least, most, at: path)
    case (let pattern?, nil):
      try refuseLengths(schema, of: "pattern", implied: 0...Int.max, at: path)
      return try text(of: pattern, at: path.member("pattern"))
    case (nil, let format?):
      let known = try StringFormat.named(format, at: path)
      try refuseLengths(schema, of: "format", implied: known.lengths, at: path)
      return try text(of: known.pattern, at: path.member("format"))
    case (_?, _?):
      throw SchemaError(
        path.member("pattern"), "'pattern' and 'format' cannot both be kept to; leave one out")
    }
  }

  private mutating func string(
    _ least: Int, _ most: Int?, at path: String
  ) throws(SchemaError) -> Expression {
    try cost.add(parts: 8, at: path)
    guard least > 0 || most != nil else { return rules.string() }
    return quoted(.repeated(rules.character(), least: least, most: most))
  }

  private mutating func text(of pattern: String, at path: String) throws(SchemaError) -> Expression {
    try cost.add(parts: 8, at: path)
    return try cost.count(at: path) { cost throws(GrammarError) in
      quoted(
        try PatternParser.parse(pattern, &cost).expression { set throws(GrammarError) in
          try JSONText.expression(set, &cost)
        })
    }
  }

  /// Lengths beside something that has lengths of its own hold only if these are within.
  private func refuseLengths(
    _ schema: JSONObject, of name: String, implied: ClosedRange<Int>, at path: String
  ) throws(SchemaError) {
    let least = try schema.count("minLength", at: path) ?? 0
    let most = try schema.count("maxLength", at: path) ?? Int.max
    guard least > implied.lowerBound || most < implied.upperBound else { return }
    let wrong = least > implied.lowerBound ? "minLength" : "maxLength"
    throw SchemaError(
      path.member(wrong),
      "'\(wrong)' cannot be kept to beside '\(name)'; leave it out, or say the length in the pattern")
  }
}

extension JSONObject {
  func text(_ name: String, at path: String) throws(SchemaError) -> String? {
    guard let value = self[name] else { return nil }
    guard case .string(let text) = value else {
      throw SchemaError(path.member(name), "'\(name)' is a string")
    }
    return text
  }
}
