/// The heads of a layer compete: each keeps its own best fifth of a budget, the rest goes to the worthiest slots of all.
///
/// Ada-KV, Feng et al., arXiv 2407.11550. A head whose attention gathers on few slots gives up more, one whose attention is spread
/// keeps more. Worths must be comparable between heads, as attention is.
struct AdaAllocator: BudgetAllocator {
  static let name = "ada"
  static let summary = "the heads of a layer compete for its slots"

  var sharing: SlotSharing { .layer }

  func floor(_ setting: AllocationSetting) -> Int {
    max(setting.budget / 5, min(setting.least, setting.budget))
  }

  func ceiling(_ setting: AllocationSetting) -> Int {
    setting.kvHeads * setting.budget - (setting.kvHeads - 1) * floor(setting)
  }
}
