import Caching

/// All rows of a form of the benchmark.
extension Workload {
  /// The short form takes a minute or two, the full one with a peer about half an hour.
  static func all(full: Bool) -> [Workload] {
    prefill(full) + batches + depths(full) + budgets(full)
  }

  private static func prefill(_ full: Bool) -> [Workload] {
    let short = [128, 512, 2048].map { Workload(section: .prefill, promptTokens: $0, newTokens: 1) }
    let long = Workload(section: .prefill, promptTokens: 7000, newTokens: 1)
    var evicting = long
    (evicting.policy, evicting.budgetSlots) = ("roco", 512)
    return full ? short + [long, evicting] : short
  }

  private static var batches: [Workload] {
    [1, 2, 4, 8, 16].map { Workload(section: .batch, sequences: $0, promptTokens: 128, newTokens: 64) }
  }

  private static func depths(_ full: Bool) -> [Workload] {
    ([1, 1024, 4096] + (full ? [7000] : [])).map {
      Workload(section: .depth, promptTokens: $0, newTokens: 32)
    }
  }

  private static func budgets(_ full: Bool) -> [Workload] {
    let depth = full ? 7000 : 1024
    return (full ? [128, 512, 2048] : [128, 512]).flatMap { budget in
      EvictionPolicies.all.filter(\.evicts).map { policy in
        Workload(
          section: .budget, promptTokens: depth, newTokens: 32, policy: policy.name, budgetSlots: budget)
      }
    }
  }
}

/// Which rows are run.
struct RowSelection {
  /// Rows whose name holds this; nil takes all.
  let pattern: String?

  func includes(_ name: String) -> Bool {
    pattern.map { name.lowercased().contains($0.lowercased()) } ?? true
  }

  /// Throws `NoSuchRow` if none of the names is chosen.
  func refuseIfNone(of names: [String]) throws(NoSuchRow) {
    guard let pattern, !names.contains(where: includes) else { return }
    throw NoSuchRow(pattern: pattern, names: names)
  }
}

/// No row has a name as it was asked for.
struct NoSuchRow: Error, CustomStringConvertible {
  let pattern: String
  let names: [String]

  var description: String {
    "--only is '\(pattern)', which is in no row's name; rows: \(names.joined(separator: "; "))"
  }
}
