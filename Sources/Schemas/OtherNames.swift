import Grammars

/// Names of members but for some, written without escapes, so that none of those comes in disguise.
enum OtherNames {
  private static let lengthLimit = 256
  private static let totalLimit = 4096

  static func expression(besides names: [String], at path: String) throws(SchemaError) -> Expression {
    let excluded = names.map { Array($0.unicodeScalars) }
    guard excluded.reduce(0, { $0 + $1.count }) <= totalLimit,
      !excluded.contains(where: { $0.count > lengthLimit })
    else {
      throw SchemaError(
        path,
        "other properties cannot be told from names of more than \(lengthLimit) characters, or \(totalLimit) "
          + "together; shorten them, or say false"
      )
    }
    return rest(excluded[...], from: 0)
  }

  /// What may follow a beginning that all `names` have in common.
  private static func rest(_ names: ArraySlice<[Unicode.Scalar]>, from start: Int) -> Expression {
    let anything = Expression.repeated(JSONText.plain.utf8, least: 0, most: nil)
    let groups = Dictionary(grouping: names.filter { $0.count > start }) { $0[start] }
    let others = JSONText.plain.intersection(ScalarSet(groups.keys).inverted)
    var choices = [Expression.sequence([others.utf8, anything])]
    if !names.contains(where: { $0.count == start }) { choices.append(.empty) }
    for (scalar, group) in groups.sorted(by: { $0.key < $1.key }) where JSONText.plain.contains(scalar) {
      choices.append(.sequence([ScalarSet([scalar]).utf8, rest(group[...], from: start + 1)]))
    }
    return .choice(choices)
  }
}
