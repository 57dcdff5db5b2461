/// What has to be kept in columns, or gathered at an eviction, so that a policy can rank.
package struct StatisticNeeds: Sendable, Equatable {
  /// Sum of the attention that a slot got from the counted queries.
  package var sums = false
  /// Sum of the squares of it.
  package var squares = false
  /// How many of the last counted queries have their attention kept, each by itself.
  package var windowRows = 0
  /// Columns of the policy's own, which `EvictionPolicy.observe` writes.
  package var memoryColumns = 0
  /// Sum of the magnitudes of a slot's value.
  package var valueNorms = false
  /// Sums of the queries before rotation, and of their squares.
  package var queryMoments = false
  /// The candidates' keys as they are stored.
  package var keys = false
  /// The keys of the protected slots.
  package var protectedKeys = false
  /// The candidates' values.
  package var values = false
  /// The candidates' order by position.
  package var order = false
  /// Joins the query heads of a group by the softmax of the largest of their logits, instead of the mean of their weights.
  package var joinsByMaximum = false

  /// Whether attention has to be counted.
  var countsAttention: Bool { sums || squares || windowRows > 0 }

  /// Both needs; the window is the longer one.
  func union(_ other: Self) -> Self {
    var union = self
    union.sums = sums || other.sums
    union.squares = squares || other.squares
    union.windowRows = max(windowRows, other.windowRows)
    union.memoryColumns = max(memoryColumns, other.memoryColumns)
    union.valueNorms = valueNorms || other.valueNorms
    union.queryMoments = queryMoments || other.queryMoments
    union.keys = keys || other.keys
    union.protectedKeys = protectedKeys || other.protectedKeys
    union.values = values || other.values
    union.order = order || other.order
    union.joinsByMaximum = joinsByMaximum || other.joinsByMaximum
    return union
  }
}
