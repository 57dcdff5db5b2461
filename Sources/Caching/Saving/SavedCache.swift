import Synchronization

/// A cache taken out of its pool: all that its sequence needs to go on, elsewhere or later.
///
/// Restored once: its bytes then live in the new cache only.
package final class SavedCache: Sendable {
  package let record: CacheRecord
  private let stored: Mutex<[UInt8]>

  /// - Parameters:
  ///   - record: what the bytes are of; neither is trusted before a plan has been made for it.
  ///   - bytes: every head's columns and pages, as `HeadColumns.saved` writes them.
  package init(record: CacheRecord, bytes: [UInt8]) {
    self.record = record
    stored = Mutex(bytes)
  }

  /// Every head's columns and pages; none once it is restored.
  package var bytes: [UInt8] { stored.withLock { $0 } }

  func takeBytes() -> [UInt8] {
    stored.withLock { bytes in
      defer { bytes = [] }
      return bytes
    }
  }
}
