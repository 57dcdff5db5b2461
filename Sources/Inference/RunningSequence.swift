/// A request that the engine has taken: its events, and a way to end it early.
package struct RunningSequence: Sendable {
  /// Tokens, then `finished`; dropping or cancelling the stream cancels the sequence, and nothing more comes.
  package let events: AsyncStream<TokenEvent>
  let id: UInt64
  let inbox: Inbox

  /// Ends the sequence before the next step; its events still end with `finished`, which tells what it took.
  package func end() { inbox.cancel(id) }
}
