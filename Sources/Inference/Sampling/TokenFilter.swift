/// One rule of a request that takes tokens out of the draw.
///
/// A new one is a file beside this and a line in `SamplerChain.filters`.
protocol TokenFilter: Sendable {
  /// Nil if the request does not ask for it.
  init?(_ parameters: SamplingParameters)

  /// Takes tokens out; must leave at least one.
  func narrow(_ candidates: inout Candidates)
}
