import Serving

/// What a server's numbers must say after a soak.
struct SoakChecks: Encodable {
  /// Of the process, once a second while it was used, and at most by the system's own mark, which misses no moment.
  let residentBytes: [Int]
  /// Without those of the pool and of files, once a second too.
  let outsidePoolBytes: [Int]
  let weightBytes: Int
  let poolBytes: Int
  /// Of the pool, when all requests are over.
  let usedBytes: Int
  let reservedBytes: Int
  /// Sequences, then too.
  let unfinished: Int
  /// Requests that got another answer than they should.
  let failures: [String: Int]

  /// What the process has outside weights and pool, at most: the program, vocabulary, scratch, connections.
  ///
  /// `Docs/operations.md` promises it.
  static let overheadBytes = 192 << 20
  static var overheadText: String { MemorySize.text(overheadBytes) }

  /// Growth from the second third to the last that counts as none: bookkeeping of the caches that happen to be there is among it.
  private static let toleranceBytes = 8 << 20
  /// In less time memory has not settled.
  private static let leastSamples = 60
  var showsGrowth: Bool { outsidePoolBytes.count >= Self.leastSamples }

  var mostResidentBytes: Int { residentBytes.max() ?? 0 }
  private var boundBytes: Int { weightBytes + poolBytes + Self.overheadBytes }

  /// The median of each third of the samples outside the pool.
  ///
  /// What is resident of the pool follows who happens to be served, up to its size, and would hide what leaks. In the first third memory
  /// settles; a leak shows in what is resident mostly, where greatest values tell of the one moment when most was in use.
  var thirds: [Int] {
    let third = outsidePoolBytes.count / 3
    return (0..<3).map { index in
      let samples = outsidePoolBytes.dropFirst(index * third).prefix(third)
      return Spread(samples.map { Double($0) }).map { Int($0.median) } ?? 0
    }
  }

  /// What does not hold, a sentence each.
  var complaints: [String] {
    var complaints = failures.sorted { $0.key < $1.key }.map { "\($0.value) requests failed: \($0.key)" }
    if residentBytes.isEmpty { complaints.append("the server's memory could not be read") }
    if outsidePoolBytes.isEmpty { complaints.append("the server's memory could not be told from its pool") }
    if usedBytes > 0 || reservedBytes > 0 || unfinished > 0 {
      complaints.append(
        "when all clients had left, \(unfinished) sequences were unfinished, \(usedBytes) bytes of the pool in use and "
          + "\(reservedBytes) promised; expected none")
    }
    if mostResidentBytes > boundBytes {
      complaints.append(
        "\(MemorySize.text(mostResidentBytes)) were resident, more than weights, pool and \(Self.overheadText), which is "
          + MemorySize.text(boundBytes))
    }
    if showsGrowth, thirds[2] - thirds[1] > Self.toleranceBytes {
      complaints.append(
        "memory outside the pool grew: mostly \(MemorySize.text(thirds[1])) in the second third, \(MemorySize.text(thirds[2])) in the last"
      )
    }
    return complaints
  }
}
