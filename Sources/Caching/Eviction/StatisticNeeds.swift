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

  /// Whether every query leaves a trace.
  var readsQueries: Bool { sums || squares || windowRows > 0 || memoryColumns > 0 || queryMoments }
}
