extension TokenTrie {
  /// Admits the tokens whose bytes lead on from a configuration; returns whether all could be tried.
  ///
  /// Where any text of certain characters may come, as in a string, tokens that are such texts are admitted one after the other without
  /// a step. The others are met in a walk through the nodes in order, over all that lies below one that leads nowhere, and over parts
  /// that hold only tokens which are admitted already.
  func walk(
    from start: Int32, classes: ByteClasses, _ configurations: inout Configurations, _ runs: inout TextRuns,
    visitLimit: Int, byteLimit: Int, into mask: inout TokenMask
  ) -> Bool {
    let visitsBefore = configurations.visits
    let run = runs.run(from: start, &configurations)
    if run.length > 0 { mask.insert(where: { tokens[$0].fit(run) }, of: tokens.count) }
    // The configuration before a node of each depth.
    var path = [Int32](repeating: start, count: greatestDepth + 2)
    var node = 0
    while node < bytes.count {
      guard !parts[node].fit(run) else {
        node = Int(ends[node])
        continue
      }
      let depth = Int(depths[node])
      let next = configurations.step(path[depth], classes.classOfByte[Int(bytes[node])])
      if next == Configurations.dead {
        node = Int(ends[node])
      } else {
        for index in firstTokens[node]..<firstTokens[node + 1] { mask.insert(order[Int(index)]) }
        path[depth + 1] = next
        node += 1
      }
      guard configurations.visits - visitsBefore <= visitLimit, configurations.byteCount <= byteLimit else {
        return false
      }
    }
    return true
  }
}
