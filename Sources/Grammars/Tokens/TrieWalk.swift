extension TokenTrie {
  /// Admits the tokens whose bytes lead on from a configuration; returns whether all could be tried.
  ///
  /// The walk goes through the nodes in order, and over all that lies below one that leads nowhere.
  func walk(
    from start: Int32, classes: ByteClasses, _ configurations: inout Configurations, visitLimit: Int,
    byteLimit: Int, into mask: inout TokenMask
  ) -> Bool {
    let visitsBefore = configurations.visits
    // The configuration before a node of each depth.
    var path = [Int32](repeating: start, count: greatestDepth + 2)
    var node = 0
    while node < bytes.count {
      let depth = Int(depths[node])
      let next = configurations.step(path[depth], classes.classOfByte[Int(bytes[node])])
      guard next != Configurations.dead else {
        node = Int(ends[node])
        continue
      }
      path[depth + 1] = next
      for index in firstTokens[node]..<firstTokens[node + 1] { mask.insert(order[Int(index)]) }
      node += 1
      guard configurations.visits - visitsBefore <= visitLimit, configurations.byteCount <= byteLimit else {
        return false
      }
    }
    return true
  }
}
