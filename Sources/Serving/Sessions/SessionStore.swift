import Caching
import Dispatch
import Foundation
import HTTP
import Inference
import OpenAIAPI
import Synchronization

/// The folder of saved sessions: what other servers on the same folder have saved is here too.
final class SessionStore: Sendable {
  private let folder: String
  private let limitBytes: Int
  private let fingerprint: String
  private let alias: String
  /// Where files are read and written: Swift's shared threads must not wait for disks.
  private let queue = DispatchQueue(label: "kvota-sessions", attributes: .concurrent)
  /// Where they are read whole, one at a time: for a moment each takes twice its bytes.
  private let reading = DispatchQueue(label: "kvota-session-reading")
  /// What the sessions of all requests may take in memory, waiting ones included.
  private let held: ByteBudget
  /// What they may come to be when they are saved: copies of caches that have ended.
  private let saving: ByteBudget
  private let mostHeldBytes: Int
  /// Bytes that open sessions may come to write.
  private let reservedBytes = Mutex(0)

  private static let suffix = ".session"
  /// Caches on their way to files take so many times the pool at most: those of requests that wait are counted from the beginning.
  private static let savedPools = 2

  /// Opens or makes the folder, and removes what interrupted saves have left there.
  ///
  /// - Parameters:
  ///   - folder: where files lie.
  ///   - limitBytes: of all files together.
  ///   - fingerprint: the model's; sessions of others are refused.
  ///   - alias: what the model is called in what is saved.
  ///   - mostHeldBytes: of all sessions that are in memory for requests; the pool's, as a larger one could not go on.
  /// - Throws: `SettingsError` if it cannot be written to.
  init(
    folder: String, limitBytes: Int, fingerprint: UInt64, alias: String, mostHeldBytes: Int
  ) throws(SettingsError) {
    self.folder = folder
    self.limitBytes = limitBytes
    self.fingerprint = String(fingerprint, radix: 16)
    self.alias = alias
    self.mostHeldBytes = mostHeldBytes
    held = ByteBudget(bytes: mostHeldBytes)
    saving = ByteBudget(bytes: Self.savedPools * mostHeldBytes)
    do {
      let isNew = !FileManager.default.fileExists(atPath: folder)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      // Not all systems can, and what is in the folder is safe without.
      if isNew { try? ReplacementFile.synchronize(URL(filePath: folder).deletingLastPathComponent().path) }
      try removeLeftovers()
    } catch {
      let reason = (error as? FileError)?.description ?? error.localizedDescription
      throw SettingsError("--session-dir is '\(folder)', which cannot be used: \(reason)")
    }
  }

  private func removeLeftovers() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasPrefix(".") && name.hasSuffix(ReplacementFile.partialSuffix) {
      let fileName = name.dropFirst().dropLast(ReplacementFile.partialSuffix.count)
      // It removes itself; one that is being written by another server cannot be had.
      _ = try ReplacementFile(folder: folder, name: String(fileName))
    }
    // The folder must be one that can be written to.
    _ = try ReplacementFile(folder: folder, name: "check")
  }

  private func run<Value: Sendable>(
    on queue: DispatchQueue? = nil, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      (queue ?? self.queue).async { continuation.resume(with: Result(catching: work)) }
    }
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)\(Self.suffix)" }
}

extension SessionStore {
  /// All sessions by name; files that are none, or of another version, are left out.
  func list() async throws -> [SessionObject] {
    try await run { [self] in
      try names().compactMap { try? object($0) }
    }
  }

  /// What is known of a session.
  func object(named name: String) async throws -> SessionObject {
    try await run { [self] in
      try checkExists(name)
      do { return try object(name) } catch { throw Self.refusal(name, error) }
    }
  }

  /// Removes a session for good.
  func delete(_ name: String) async throws {
    try await run { [self] in
      try checkExists(name)
      let file = try lock(name)
      try checkExists(name)
      try file.removeReplaced()
    }
  }

  /// A session for one request, which nobody else can open until it is let go.
  func open(_ name: String) async throws -> OpenSession {
    try await run(on: reading) { [self] in
      let file = try lock(name)
      guard exists(name) else { return OpenSession(name: name, store: self, file: file) }
      do {
        let share = try makeRoom(for: name)
        let (info, sequence) = try SessionFile.read(path(name))
        return OpenSession(
          name: name, store: self, file: file, saved: sequence, share: share,
          createdSeconds: info.createdSeconds)
      } catch {
        throw Self.refusal(name, error)
      }
    }
  }

  /// Sees to it that the session can be used, and its bytes may be in memory.
  private func makeRoom(for name: String) throws -> ByteBudget.Share {
    let (info, fileBytes) = try SessionFile.readInfo(path(name))
    guard info.fingerprint == fingerprint else {
      throw APIError.invalidRequest(
        "the session '\(name)' was saved by another model, \(info.model); use another name, or delete it",
        param: "session", code: "session_incompatible")
    }
    guard fileBytes <= mostHeldBytes else {
      throw APIError.invalidRequest(
        "the session '\(name)' has \(fileBytes) bytes, and all caches of this server together may take \(mostHeldBytes); start it"
          + " with more --kv-memory, or delete the session",
        param: "session", code: "kv_cache_too_large")
    }
    let share = ByteBudget.Share(of: held)
    guard share.grow(by: fileBytes) else {
      throw APIError.rateLimitExceeded(
        "the sessions of the requests that are here leave no memory for the \(fileBytes) bytes of '\(name)'; try again in a moment",
        retryAfterSeconds: 1)
    }
    return share
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(Self.suffix) && !$0.hasPrefix(".") }
      .map { String($0.dropLast(Self.suffix.count)) }.filter(SessionName.isValid).sorted()
  }

  private func object(_ name: String) throws -> SessionObject {
    let (info, fileBytes) = try SessionFile.readInfo(path(name))
    return SessionObject(
      name: name, model: info.model, isUsable: info.fingerprint == fingerprint,
      policy: info.cache.policyName, budgetSlots: info.cache.budgetSlots,
      tokens: info.cache.fedTokens, residentSlots: info.cache.residentSlots, bytes: fileBytes,
      createdSeconds: info.createdSeconds, updatedSeconds: info.updatedSeconds)
  }

  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

  private func checkExists(_ name: String) throws(APIError) {
    guard SessionName.isValid(name), exists(name) else {
      throw APIError(
        status: 404, message: "there is no session '\(name.prefix(128))'; GET /v1/kv/sessions lists them",
        type: "not_found_error", param: "session", code: "session_not_found")
    }
  }

  private func lock(_ name: String) throws -> ReplacementFile {
    guard let file = try ReplacementFile(folder: folder, name: name + Self.suffix) else {
      throw APIError(
        status: 409,
        message: "the session '\(name)' is in use by another request; try again when that has ended",
        type: "invalid_request_error", param: "session", code: "session_busy")
    }
    return file
  }

  private static func refusal(_ name: String, _ error: any Error) -> any Error {
    guard let error = error as? SessionFileError else { return error }
    let code = if case .otherVersion = error { "session_incompatible" } else { "session_damaged" }
    return APIError.invalidRequest(
      "the session '\(name)' cannot be used: \(error); use another name, or delete it", param: "session",
      code: code)
  }
}

extension SessionStore {
  /// Notes that `bytes` bytes may be written in place of the file of this name; the caller owes their `release`.
  func reserve(_ bytes: Int, for name: String) throws(APIError) {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let others = files.reduce(0) { sum, file in
      guard file != name + Self.suffix, file.hasSuffix(Self.suffix) else { return sum }
      return sum + ModelFile.bytes("\(folder)/\(file)")
    }
    let isRoom = reservedBytes.withLock { reserved in
      guard others + reserved + bytes <= limitBytes else { return false }
      reserved += bytes
      return true
    }
    guard isRoom else {
      throw APIError.invalidRequest(
        "the session could take up to \(bytes) bytes, and of the \(limitBytes) that this server keeps (--session-limit)"
          + " others have \(others); delete some by DELETE /v1/kv/sessions/{name}, ask for a smaller budget or fewer tokens",
        param: "session", code: "session_limit_exceeded")
    }
  }

  func release(_ bytes: Int) { reservedBytes.withLock { $0 -= bytes } }

  /// Memory for a cache of `bytes` bytes at most between its sequence's end and its file: it lies beside the pool, for as long as the client
  /// takes to read the answer.
  ///
  /// Throws 429 while others have it; no cache that fits the pool is too large.
  func memory(_ bytes: Int) throws(APIError) -> ByteBudget.Share {
    let share = ByteBudget.Share(of: saving)
    guard share.grow(by: bytes) else {
      throw .rateLimitExceeded(
        "the sessions of the requests that are here leave no memory to save one of \(bytes) bytes; try again in a moment",
        retryAfterSeconds: 1)
    }
    return share
  }

  /// Writes a session into its file, which then is there even if the power fails.
  func save(_ sequence: SavedSequence, createdSeconds: Int?, into file: ReplacementFile) async throws {
    try await run { [self] in
      let now = Int(Date().timeIntervalSince1970)
      let info = SessionInfo(
        fingerprint: fingerprint, model: alias, createdSeconds: createdSeconds ?? now, updatedSeconds: now,
        cacheBytes: sequence.cache.bytes.count, cache: sequence.cache.record)
      for part in try SessionFile.parts(info, sequence) { try file.write(part) }
      try file.commit()
    }
  }
}
