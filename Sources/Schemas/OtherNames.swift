import Grammars

/// Names of members but for some, written without escapes, so that none of those comes in disguise.
enum OtherNames {
  private static let lengthLimit = 256
  private static let totalLimit = 4096

  /// `anything` matches the rest of a name that is no other's beginning any more; parts are counted.
  static func expression(
    besides names: [String], anything: Expression, at path: String, _ cost: inout SchemaCost
  ) throws(SchemaError) -> Expression {
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
    return try cost.count(at: path) { cost throws(GrammarError) in
      try rest(excluded[...], from: 0, anything, &cost)
    }
  }

  /// What may follow a beginning that all `names` have in common.
  private static func rest(
    _ names: ArraySlice<[Unicode.Scalar]>, from start: Int, _ anything: Expression, _ cost: inout GrammarCost
  ) throws(GrammarError) -> Expression {
    // A choice of sequences, and what ends here or goes on.
    try cost.add(parts: 5)
    let groups = Dictionary(grouping: names.filter { $0.count > start }) { $0[start] }
    let others = JSONText.plain.intersection(ScalarSet(groups.keys).inverted)
    var choices = [Expression.sequence([try others.utf8(&cost), anything])]
    if !names.contains(where: { $0.count == start }) { choices.append(.empty) }
    for (scalar, group) in groups.sorted(by: { $0.key < $1.key }) where JSONText.plain.contains(scalar) {
      let next = try ScalarSet([scalar]).utf8(&cost)
      choices.append(.sequence([next, try rest(group[...], from: start + 1, anything, &cost)]))
    }
    return .choice(choices)
  }
}
