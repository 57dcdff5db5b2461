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
  /// Nil takes all.
  private let chosen: Set<String>?

  /// Chooses the row of this name, in any case, or else those whose name holds it; nil takes all.
  ///
  /// - Parameters:
  ///   - pattern: what `--only` says.
  ///   - names: those of all rows.
  /// - Throws: `NoSuchRow` if none is chosen.
  init(_ pattern: String?, of names: [String]) throws(NoSuchRow) {
    guard let pattern else {
      chosen = nil
      return
    }
    let text = pattern.lowercased()
    let named = names.filter { $0.lowercased() == text }
    let found = named.isEmpty ? names.filter { $0.lowercased().contains(text) } : named
    guard !found.isEmpty else { throw NoSuchRow(pattern: pattern, names: names) }
    chosen = Set(found)
  }

  func includes(_ name: String) -> Bool { chosen?.contains(name) ?? true }
}

/// No row has a name as it was asked for.
struct NoSuchRow: Error, CustomStringConvertible {
  let pattern: String
  let names: [String]

  var description: String {
    "--only is '\(pattern)', which is in no row's name; rows: \(names.joined(separator: "; "))"
  }
}
