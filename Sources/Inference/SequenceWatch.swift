package import Caching
import Synchronization

/// Lets one viewer follow a sequence and its cache, at the viewer's own pace.
///
/// The engine looks at one flag a step and copies only what was asked for: a slow viewer sees fewer moments, each of them whole, and
/// holds up nothing; an absent one costs nothing.
package final class SequenceWatch: Sendable {
  /// A sequence at one moment.
  package struct Sighting: Sendable {
    package let prompt: [Int32]
    /// Tokens generated so far; the last has not been fed yet.
    package let generated: [Int32]
    package let cache: CacheView
    package let shape: CacheShape
    package let policy: String
    /// Slots that each (layer, KV head) may hold now; nil without a budget.
    package let budgetSlots: Int?
    /// Why the sequence has ended; nil while it runs.
    package let finish: FinishReason?
  }

  private struct State {
    var viewer: AsyncStream<Sighting>.Continuation?
    var last: Sighting?
    var hasEnded = false
  }

  private let state = Mutex(State())
  private let asked = Atomic(false)

  package init() {}

  /// The sequence as it is after its next step; after its end, how it ended, or nil if it never ran or nobody had looked by then.
  ///
  /// For one viewer: whoever asks later takes an earlier one's place, who then gets nil. Nil too when the task is cancelled.
  package func next() async -> Sighting? {
    let (sightings, viewer) = AsyncStream.makeStream(of: Sighting.self)
    state.withLock { state in
      state.viewer?.finish()
      state.viewer = viewer
      if let last = state.last { viewer.yield(last) }
      if state.hasEnded { viewer.finish() }
    }
    asked.store(true, ordering: .releasing)
    for await sighting in sightings { return sighting }
    return nil
  }

  /// Whether somebody waits for the next moment.
  var isAsked: Bool { asked.load(ordering: .acquiring) }

  /// Shows a moment to whoever has asked.
  func show(_ sighting: Sighting) {
    asked.store(false, ordering: .relaxed)
    state.withLock { _ = $0.viewer?.yield(sighting) }
  }

  /// Shows the end, made only if somebody has ever looked; nothing comes after it.
  func end(_ last: () -> Sighting?) {
    let viewer = state.withLock { state -> AsyncStream<Sighting>.Continuation? in
      guard !state.hasEnded else { return nil }
      state.hasEnded = true
      guard let viewer = state.viewer else { return nil }
      state.last = last()
      if let last = state.last { viewer.yield(last) }
      return viewer
    }
    viewer?.finish()
  }

  /// Says that there is no sequence, or none any more.
  package func end() { end { nil } }
}

extension TokenSequence {
  /// Shows how far the sequence is to whoever has asked.
  func show() {
    guard let watch = request.watch, watch.isAsked, let sighting else { return }
    watch.show(sighting)
  }

  /// Shows its end; before its cache is given back.
  func showEnd() { request.watch?.end { sighting } }

  private var sighting: SequenceWatch.Sighting? {
    guard let cache else { return nil }
    return SequenceWatch.Sighting(
      prompt: request.prompt, generated: text, cache: cache.view, shape: plan.shape, policy: plan.policyName,
      budgetSlots: cache.plan.budgetSlots, finish: finish)
  }
}
