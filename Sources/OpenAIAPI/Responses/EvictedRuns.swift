import FoundationEssentials

/// What heads have given up, as a short text: base64 of numbers in LEB128 (7 bits a byte, the lowest first, bit 7 set but in the last).
///
/// For each head the number of runs, then for each run the positions between it and the run before, and its length. Heads that give
/// up nothing take one byte, one token in each of 90 heads about 400 characters. Empty if no head has given up anything.
enum EvictedRuns {
  /// `heads`: each head's runs, ascending and apart.
  static func encode(_ heads: [[Range<Int>]]) -> String {
    guard heads.contains(where: { !$0.isEmpty }) else { return "" }
    var bytes: [UInt8] = []
    for runs in heads {
      write(runs.count, to: &bytes)
      var end = 0
      for run in runs {
        write(run.lowerBound - end, to: &bytes)
        write(run.count, to: &bytes)
        end = run.upperBound
      }
    }
    return Data(bytes).base64EncodedString()
  }

  private static func write(_ number: Int, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
