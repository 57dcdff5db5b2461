extension TokenTrie {
  /// Parts of the tree of more nodes are looked at as a whole first.
  private static let smallPart = 4

  /// Admits the tokens whose bytes lead on from a configuration; returns whether all could be tried.
  ///
  /// The walk goes through the nodes in order, over all that lies below one that leads nowhere, and over all that is admitted together.
  func walk(
    from start: Int32, classes: ByteClasses, _ configurations: inout Configurations, _ runs: inout TextRuns,
    visitLimit: Int, byteLimit: Int, into mask: inout TokenMask
  ) -> Bool {
    let visitsBefore = configurations.visits
    // The configuration before a node of each depth.
    var path = [Int32](repeating: start, count: greatestDepth + 2)
    var node = 0
    while node < bytes.count {
      let depth = Int(depths[node])
      let (end, before) = (Int(ends[node]), path[depth])
      if end - node > Self.smallPart, texts[node].fit(runs.run(from: before, &configurations)) {
        for index in firstTokens[node]..<firstTokens[end] { mask.insert(order[Int(index)]) }
        node = end
        continue
      }
      let next = configurations.step(before, classes.classOfByte[Int(bytes[node])])
      guard next != Configurations.dead else {
        node = end
        continue
      }
      for index in firstTokens[node]..<firstTokens[node + 1] { mask.insert(order[Int(index)]) }
      path[depth + 1] = next
      node += 1
      guard configurations.visits - visitsBefore <= visitLimit, configurations.byteCount <= byteLimit else {
        return false
      }
    }
    return true
  }
}
