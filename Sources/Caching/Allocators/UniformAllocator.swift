/// Every layer and head gets the same.
struct UniformAllocator: BudgetAllocator {
  static let name = "uniform"
  static let summary = "every layer and head gets the budget"
}
