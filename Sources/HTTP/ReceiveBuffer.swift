/// Bytes that came in and are not parsed yet.
///
/// Every byte is looked at a constant number of times however the input was split: the search for a
/// line's end continues where the last one stopped, and bytes move to the front only when more than
/// half of the storage is used up.
package struct ReceiveBuffer: Sendable {
  /// Why the bytes at the front can be no line.
  enum LineError: Error {
    case tooLong
    case bareLineFeed
  }

  private var storage: [UInt8] = []
  private var start = 0
  private var searched = 0

  package init() {}

  package var count: Int { storage.count - start }
  package var isEmpty: Bool { count == 0 }
  var first: UInt8? { isEmpty ? nil : storage[start] }

  /// Adds bytes at the end; amortized O(bytes).
  package mutating func append(_ bytes: [UInt8]) {
    if isEmpty {
      storage.removeAll(keepingCapacity: true)
      advance(to: 0)
    } else if start > storage.count / 2 {
      storage.removeSubrange(..<start)
      searched -= start
      start = 0
    }
    storage.append(contentsOf: bytes)
  }

  /// Takes at most so many bytes from the front.
  mutating func take(atMost limit: Int) -> [UInt8] {
    let end = start + min(limit, count)
    defer { advance(to: end) }
    return Array(storage[start..<end])
  }

  /// Takes one line and its CRLF, or nil while the line is incomplete.
  ///
  /// A line is judged only when complete or over `limit` (its CRLF not counted), so the verdict does
  /// not depend on how the bytes arrived. Who still has it when more bytes come makes them be copied.
  mutating func takeLine(limit: Int) throws(LineError) -> ArraySlice<UInt8>? {
    guard let end = storage[searched...].firstIndex(of: lineFeed) else {
      searched = storage.count
      guard count <= limit + 1 else { throw .tooLong }
      return nil
    }
    guard end - start <= limit + 1 else { throw .tooLong }
    guard end > start, storage[end - 1] == carriageReturn else { throw .bareLineFeed }
    defer { advance(to: end + 1) }
    return storage[start..<(end - 1)]
  }

  private mutating func advance(to index: Int) {
    start = index
    searched = index
  }
}
