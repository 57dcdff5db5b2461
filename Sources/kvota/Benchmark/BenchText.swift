import Foundation
import Serving

extension BenchReport {
  /// The report for people.
  var text: String {
    ([heading] + speedSections
      + [kernelSection, tokenizingSection, footprintSection, notes].compactMap(\.self))
      .joined(separator: "\n\n") + "\n"
  }

  private var heading: String {
    let types = model.types.map { "\($0.type) \(MemorySize.text($0.bytes))" }.joined(separator: ", ")
    let billions = { (spread: Spread) in Self.rounded(spread.greatest / 1e9) }
    return """
      \(machine.processor), \(machine.processors) processors; kvota \(version), \(instructions), \(threads) threads, \
      keys and values \(kvType)
      \(model.name): \(types)
      ceilings: \(billions(ceilings.bytesPerSecond)) GB/s from memory, \
      \(billions(ceilings.integerOperationsPerSecond)) Gop/s on bytes, \
      \(billions(ceilings.floatOperationsPerSecond)) GFLOP/s in f32
      median (least to greatest) of up to \(repetitions)
      """
  }

  private var speedSections: [String] {
    Workload.Section.allCases.compactMap { section in
      let rows = rows.filter { $0.workload.section == section }
      return rows.isEmpty ? nil : Self.table(rows).text
    }
  }

  private static func table(_ rows: [SpeedRow]) -> Table {
    let hasPeer = rows.contains { $0.peer != nil }
    let head = ["tokens/s", "kvota", "of floor", "KV held", "of formula"]
    return Table(
      head: hasPeer ? head + ["peer", "-fa", "ratio"] : head,
      rows: rows.map { row in
        [row.name, describe(row.tokensPerSecond), percent(row.shareOfFloor)]
          + [
            row.kvMemory.map { MemorySize.text($0.heldBytes) } ?? "",
            row.kvMemory.map { percent(Double($0.heldBytes) / Double($0.formulaBytes), digits: 1) } ?? "",
          ] + (hasPeer ? peerCells(row) : [])
      })
  }

  private static func peerCells(_ row: SpeedRow) -> [String] {
    [
      row.peer.map { describe($0.tokensPerSecond) } ?? "", row.peer?.flashAttention.rawValue ?? "",
      row.ratioToPeer.map { rounded($0, 2) } ?? "",
    ]
  }

  private var kernelSection: String? {
    kernels.isEmpty
      ? nil
      : Table(
        head: ["kernel", "speed", "", "of ceiling", "us a call"],
        rows: kernels.map { row in
          [
            row.name, Self.describe(row.value), row.unit.rawValue,
            row.shareOfCeiling.map { Self.percent($0) } ?? "",
            Self.rounded(row.microseconds),
          ]
        }
      ).text
  }

  private var tokenizingSection: String? {
    tokenizing.map { row in
      Table(
        head: ["MB/s", "kvota", "bytes a token"],
        rows: [[row.name, Self.describe(row.megabytesPerSecond), Self.rounded(row.bytesPerToken)]]
      ).text
    }
  }

  private var footprintSection: String? {
    guard let footprint else { return nil }
    let megabytes = { (spread: Spread) in "\(Self.rounded(spread.median / 1048576, 0)) MiB" }
    let columns = [footprint] + (peerFootprint.map { [$0] } ?? [])
    return Table(
      head: [FootprintBenchmark.name, "kvota"] + (peerFootprint == nil ? [] : ["peer"]),
      rows: [
        ["start of the program to ready, s"] + columns.map { Self.describe($0.secondsToReady, 2) },
        ["peak memory, loaded"] + columns.map { megabytes($0.peakBytesLoaded) },
        ["peak memory, after a request"] + columns.map { megabytes($0.peakBytesUsed) },
      ]
    ).text
  }

  private var notes: String? {
    let peer = rows.contains { $0.peer != nil } ? ["The peer keeps a full cache in every row."] : []
    let short =
      leftOut.isEmpty
      ? [] : ["Left out, as the model's context is too short: \(leftOut.joined(separator: "; "))."]
    let all = peer + short
    return all.isEmpty ? nil : all.joined(separator: "\n")
  }

  /// A number as short as it can be and still be compared.
  static func rounded(_ value: Double, _ digits: Int? = nil) -> String {
    String(format: "%.\(digits ?? (value < 10 ? 2 : value < 100 ? 1 : 0))f", value)
  }

  static func percent(_ share: Double, digits: Int = 0) -> String { "\(rounded(share * 100, digits)) %" }

  static func describe(_ spread: Spread, _ digits: Int? = nil) -> String {
    let numbers = [spread.median, spread.least, spread.greatest].map { rounded($0, digits) }
    return "\(numbers[0]) (\(numbers[1]) to \(numbers[2]))"
  }
}
