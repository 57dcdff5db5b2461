/// What the spreading of a budget may depend on.
package struct AllocationSetting: Sendable, Equatable {
  package let layers: Int
  package let kvHeads: Int
  /// Slots that a head gets on average.
  package let budget: Int
  /// Newest slots that the policy keeps.
  package let recent: Int
  /// Slots that every head needs: the protected ones and one more.
  package let least: Int
}

/// Between which heads slots may move while a sequence runs.
package enum SlotSharing: Sendable {
  /// None: every head's budget is fixed.
  case none
  /// The heads of a layer compete for the layer's slots.
  case layer
  /// The layers' budgets follow the attention that is measured.
  case model
}

/// Spreads a budget over layers and heads; the sum is always `layers * kvHeads * budget`.
package protocol BudgetAllocator: Sendable {
  static var name: String { get }
  /// One line for help texts.
  static var summary: String { get }
  init()

  var sharing: SlotSharing { get }
  /// Rows of the window of attention that it measures.
  var windowRows: Int { get }
  /// How much each layer's budget differs from the average; the sum is 0.
  func offsets(_ setting: AllocationSetting) -> [Int]
  /// Slots that a head is never left with less of, where heads or layers compete.
  func floor(_ setting: AllocationSetting) -> Int
  /// Slots that a head never gets more of.
  func ceiling(_ setting: AllocationSetting) -> Int
  /// The same as `offsets` once the attention of the window has been weighed: `weights` is `[layers]`, at least 0.
  func offsets(_ setting: AllocationSetting, weights: [Float]) -> [Int]
}

extension BudgetAllocator {
  package var sharing: SlotSharing { .none }
  package var windowRows: Int { 0 }
  package func offsets(_ setting: AllocationSetting) -> [Int] { Array(repeating: 0, count: setting.layers) }
  package func offsets(_ setting: AllocationSetting, weights: [Float]) -> [Int] { offsets(setting) }
  package func floor(_ setting: AllocationSetting) -> Int { setting.budget }
  package func ceiling(_ setting: AllocationSetting) -> Int { setting.budget }
}

/// The registry: a new allocator is a file here and a line in this table.
package enum BudgetAllocators {
  package static let all: [any BudgetAllocator.Type] = [
    UniformAllocator.self, PyramidAllocator.self, AdaAllocator.self, CakeAllocator.self,
  ]

  package static var names: [String] { all.map { $0.name } }

  /// - Throws: `CacheError.outOfRange`, which lists the known names.
  static func allocator(named name: String) throws(CacheError) -> any BudgetAllocator {
    guard let found = all.first(where: { $0.name == name }) else {
      throw .outOfRange(
        option: "allocator", value: "'\(name)'", expected: "one of \(names.joined(separator: ", "))")
    }
    return found.init()
  }
}
