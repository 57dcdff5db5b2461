import Serving

/// What a server's numbers must say after a soak.
struct SoakChecks: Encodable {
  /// Of the process, once a second while it was used.
  let residentBytes: [Int]
  let weightBytes: Int
  let poolBytes: Int
  /// Of the pool, when all requests are over.
  let usedBytes: Int
  let reservedBytes: Int
  /// Sequences, then too.
  let unfinished: Int
  /// Requests that got another answer than they should.
  let failures: [String: Int]

  /// What the process has beside weights and pool, at most: the program, vocabulary, scratch, connections.
  ///
  /// `Docs/operations.md` promises it.
  static let overheadBytes = 192 << 20
  static var overheadText: String { MemorySize.text(overheadBytes) }

  /// Growth from the first third to the last that counts as none.
  private static let tolerance = 1.03
  /// In less time memory has not settled.
  private static let leastSamples = 60

  var mostResidentBytes: Int { residentBytes.max() ?? 0 }
  private var boundBytes: Int { weightBytes + poolBytes + Self.overheadBytes }

  /// The greatest value of the first third of the samples, and of the last.
  var thirds: (first: Int, last: Int) {
    let third = residentBytes.count / 3
    return (residentBytes.prefix(third).max() ?? 0, residentBytes.suffix(third).max() ?? 0)
  }

  /// What does not hold, a sentence each.
  var complaints: [String] {
    var complaints = failures.sorted { $0.key < $1.key }.map { "\($0.value) requests failed: \($0.key)" }
    if residentBytes.isEmpty { complaints.append("the server's memory could not be read") }
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
    let (first, last) = thirds
    if residentBytes.count >= Self.leastSamples, Double(last) > Double(first) * Self.tolerance {
      complaints.append(
        "memory grew: at most \(MemorySize.text(first)) in the first third, \(MemorySize.text(last)) in the last"
      )
    }
    return complaints
  }
}
