import Synchronization

/// A request's body, in memory until somebody takes it: an answer may take much longer than the reading.
package final class ReceivedBody: Sendable {
  package let byteCount: Int
  private let content: Mutex<(bytes: [UInt8], share: ByteBudget.Share?)>

  /// A whole body, and what it has of a budget until it is taken.
  package init(_ bytes: [UInt8], share: ByteBudget.Share? = nil) {
    byteCount = bytes.count
    content = Mutex((bytes, share))
  }

  /// The bytes, which are the caller's from now on; none the second time.
  package func take() -> [UInt8] {
    content.withLock { content in
      defer { content = ([], nil) }
      return content.bytes
    }
  }
}
