/// A kernel to be timed.
struct KernelCase {
  /// One call, and what it costs.
  struct Call {
    /// None where no ceiling says anything.
    var cost = Cost()
    let run: () -> Void
  }

  let name: String
  /// Makes all that a call needs.
  let prepare: () throws -> Call
}
