import Inference
import Synchronization

/// Where requests and their viewers find each other, by the request's id; whoever comes first waits for the other.
///
/// Holds an entry for each viewer and each request that is here, and nothing of those that have left.
final class CacheWatches: Sendable {
  private struct Entry {
    let watch = SequenceWatch()
    var hasRequest = false
    var viewers = 0
  }

  private let entries = Mutex<[String: Entry]>([:])

  /// A request begins; nil if another of this id runs, which then is the one to be seen.
  func openRequest(_ id: String) -> SequenceWatch? {
    entries.withLock { entries in
      var entry = entries[id] ?? Entry()
      guard !entry.hasRequest else { return nil }
      entry.hasRequest = true
      entries[id] = entry
      return entry.watch
    }
  }

  /// A request has been answered, or has failed: its viewers get to know, and the next of its id is another.
  func closeRequest(_ id: String, _ watch: SequenceWatch) {
    watch.end()
    entries.withLock { entries in
      if entries[id]?.watch === watch { entries[id] = nil }
    }
  }

  /// A viewer comes, before its request or while that is here.
  func openViewer(_ id: String) -> SequenceWatch {
    entries.withLock { entries in
      var entry = entries[id] ?? Entry()
      entry.viewers += 1
      entries[id] = entry
      return entry.watch
    }
  }

  func closeViewer(_ id: String, _ watch: SequenceWatch) {
    entries.withLock { entries in
      guard var entry = entries[id], entry.watch === watch else { return }
      entry.viewers -= 1
      entries[id] = entry.viewers == 0 && !entry.hasRequest ? nil : entry
    }
  }

  /// Whether a request of this id is here.
  func hasRequest(_ id: String) -> Bool { entries.withLock { $0[id]?.hasRequest == true } }

  /// Requests and viewers that are here; for tests.
  var count: Int { entries.withLock { $0.count } }
}
