/// An event on its way to its receiver.
struct Delivery: Sendable {
  let receiver: AsyncStream<TokenEvent>.Continuation
  let event: TokenEvent

  func deliver() {
    receiver.yield(event)
    if case .finished = event { receiver.finish() }
  }
}

/// What a step has to tell the sequences' receivers, in order.
///
/// To wake a receiver takes microseconds, and there may be as many as sequences: that is not for the engine's thread, which collects
/// here and hands all of a step over at once. Belongs to the engine's thread.
final class Outbox {
  private var deliveries: [Delivery] = []

  func add(_ event: TokenEvent, to receiver: AsyncStream<TokenEvent>.Continuation) {
    deliveries.append(Delivery(receiver: receiver, event: event))
  }

  /// All that was added since the last call.
  func take() -> [Delivery] {
    defer {
      let room = deliveries.count
      deliveries = []
      deliveries.reserveCapacity(room)
    }
    return deliveries
  }
}
