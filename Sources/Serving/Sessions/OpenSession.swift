import HTTP
import Inference
import OpenAIAPI
import Synchronization

/// A session in the hands of one request: nobody else can open it until this is gone.
final class OpenSession: Sendable {
  let name: String
  /// What it holds; nil if it is new.
  let saved: SavedSequence?
  private let store: SessionStore
  private let file: ReplacementFile
  /// What its bytes in memory have of the store's budget.
  private let share: ByteBudget.Share?
  private let createdSeconds: Int?
  private let reservedBytes = Mutex(0)
  private let memory = Mutex<ByteBudget.Share?>(nil)

  init(
    name: String, store: SessionStore, file: ReplacementFile, saved: SavedSequence? = nil,
    share: ByteBudget.Share? = nil, createdSeconds: Int? = nil
  ) {
    self.name = name
    self.saved = saved
    self.store = store
    self.file = file
    self.share = share
    self.createdSeconds = createdSeconds
  }

  deinit { store.release(reservedBytes.withLock { $0 }) }

  /// Sets room aside for what `save` may come to write, once, on the disk and, for the cache, in memory.
  ///
  /// Throws 400 if the folder's limit leaves less, 429 while other sessions have the memory.
  func reserve(_ bytes: Int, cache cacheBytes: Int) throws(APIError) {
    let share = try store.memory(cacheBytes)
    memory.withLock { $0 = share }
    try store.reserve(bytes, for: name)
    reservedBytes.withLock { $0 += bytes }
  }

  /// Saves what a sequence has come to, in place of what the session held.
  ///
  /// Throws 500 if the disk refuses; what was saved before is then still there.
  func save(_ sequence: SavedSequence) async throws {
    do {
      try await store.save(sequence, createdSeconds: createdSeconds, into: file)
    } catch {
      throw APIError(
        status: 500, message: "the session '\(name)' could not be saved and is as it was before: \(error)",
        type: "server_error", param: "session", code: "session_not_saved")
    }
  }
}
