import Inference

extension Call {
  /// Lets the call's request be watched under its id, where this server has that; the caller owes a `closeWatch`.
  func openWatch() -> SequenceWatch? { service.watches?.openRequest(id) }

  /// Ends what `openWatch` began.
  func closeWatch(_ watch: SequenceWatch) { service.watches?.closeRequest(id, watch) }
}
