import Caching
import Foundation
import Inference
import OpenAIAPI
import Testing

@testable import Serving

/// A folder that exists while a test runs.
private final class Folder {
  let path = NSTemporaryDirectory() + "kvota-sessions-\(UUID())"
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func store(
    limit: Int = 1 << 30, fingerprint: UInt64 = 0xabc, mostHeldBytes: Int = 1 << 30
  ) throws -> SessionStore {
    try SessionStore(
      folder: path, limitBytes: limit, fingerprint: fingerprint, alias: "smol", mostHeldBytes: mostHeldBytes)
  }
  var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
  func file(_ name: String) -> String { "\(path)/\(name).session" }
}

/// A sequence of `count` tokens under `streaming` with 16 slots, and a cache that was never computed.
private func sequence(_ count: Int) throws -> SavedSequence {
  let shape = try CacheShape(layers: 2, kvHeads: 2, queryHeads: 4, headDimension: 16)
  let plan = try CachePlan(
    CacheRequest(policy: "streaming", budget: .slots(256)), shape: shape, promptTokens: 1, maxNewTokens: count
  )
  let pool = try CachePool(limitBytes: plan.peakBytes, shape: shape)
  let cache = try #require(pool.makeCache(plan))
  for _ in 0..<count {
    cache.append(1)
    cache.endStep()
  }
  return SavedSequence(tokens: (0..<Int32(count)).map { $0 * 3 }, cache: pool.save(cache))
}

private func error(_ body: () async throws -> Void) async -> APIError? {
  do { try await body() } catch { return error as? APIError }
  return nil
}

@Suite struct SessionStoreTests {
  @Test("what is saved is there for every server on the folder, with the same tokens and bytes")
  func roundTrip() async throws {
    let folder = Folder()
    let (first, second) = (try folder.store(), try folder.store())
    let saved = try sequence(40)
    let open = try await first.open("talk.1")
    #expect(open.saved == nil)
    try await open.save(saved)
    let again = try await second.open("talk.1")
    #expect(again.saved?.tokens == saved.tokens && again.saved?.cache.bytes == saved.cache.bytes)
    #expect(again.saved?.cache.record == saved.cache.record)
    let object = try await second.object(named: "talk.1")
    #expect(try await first.list() == [object])
    #expect(
      object.tokens == 40 && object.residentSlots == 40 && object.policy == "streaming" && object.isUsable)
    #expect(object.budgetSlots == 256 && object.model == "smol" && object.bytes > saved.cache.bytes.count)
  }

  @Test("a session in use is refused to others until it is let go, and one that was not saved leaves nothing")
  func busy() async throws {
    let folder = Folder()
    let (first, second) = (try folder.store(), try folder.store())
    do {
      let open = try await first.open("talk")
      #expect(await error { _ = try await second.open("talk") }?.code == "session_busy")
      #expect(await error { _ = try await first.open("talk") }?.status == 409)
      _ = try await second.open("other")
      withExtendedLifetime(open) {}
    }
    #expect(folder.files.isEmpty)
    _ = try await second.open("talk")
  }

  @Test("a save that ends halfway leaves the session as it was, and the next start removes what is left")
  func interrupted() async throws {
    let folder = Folder()
    let store = try folder.store()
    try await store.open("talk").save(try sequence(20))
    let before = try Data(contentsOf: URL(filePath: folder.file("talk")))
    let partial = ReplacementFile.partialName("talk.session")
    try Data(before.prefix(99)).write(to: URL(filePath: "\(folder.path)/\(partial)"))
    #expect(try await store.open("talk").saved?.tokens.count == 20)
    try Data(before.prefix(99)).write(to: URL(filePath: "\(folder.path)/\(partial)"))
    _ = try folder.store()
    #expect(folder.files == ["talk.session"])
    #expect(try Data(contentsOf: URL(filePath: folder.file("talk"))) == before)
  }

  @Test(
    "a file whose numbers do not belong together is told as damaged, whatever its checksums",
    arguments: [
      ("holes", "[0,0,0]"), ("holes", "[0,-1,0,0]"), ("holes", "[0,21,0,0]"), ("slots", "[20,20,20]"),
      ("slots", "[20,-9223372036854775808,20,20]"), ("slots", "[20,9223372036854775807,20,20]"),
      ("slots", "[-9223372036854775808,-9223372036854775808,0,0]"),
    ])
  func miscounted(name: String, counts: String) async throws {
    let folder = Folder()
    let store = try folder.store()
    try await store.open("talk").save(try sequence(20))
    let url = URL(filePath: folder.file("talk"))
    let bytes = [UInt8](try Data(contentsOf: url))
    let numbers = { (value: Int) in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let end = 20 + (0..<4).reduce(0) { $0 | Int(bytes[12 + $1]) << (8 * $1) }
    let right = name == "holes" ? "[0,0,0,0]" : "[20,20,20,20]"
    let text = String(decoding: bytes[20..<end], as: UTF8.self)
    let wrong = text.replacing("\"\(name)\":\(right)", with: "\"\(name)\":\(counts)")
    try #require(wrong != text)
    let lengths = bytes[8..<12] + numbers(wrong.utf8.count)
    let checksum = numbers(Int(CRC32.of(Array(lengths + wrong.utf8))))
    try Data(bytes[..<8] + lengths + checksum + wrong.utf8 + bytes[end...]).write(to: url)
    #expect(try await store.list().isEmpty)
    #expect(await error { _ = try await store.object(named: "talk") }?.code == "session_damaged")
    #expect(await error { _ = try await store.open("talk") }?.code == "session_damaged")
  }

  @Test("a session in use is not deleted")
  func deletionOfBusy() async throws {
    let folder = Folder()
    let store = try folder.store()
    try await store.open("talk").save(try sequence(20))
    let open = try await store.open("talk")
    #expect(await error { try await store.delete("talk") }?.code == "session_busy")
    withExtendedLifetime(open) {}
  }

  @Test("a deleted session is gone, and what is not there is told so")
  func deletion() async throws {
    let folder = Folder()
    let store = try folder.store()
    try await store.open("talk").save(try sequence(20))
    try await store.delete("talk")
    #expect(folder.files.isEmpty)
    for name in ["talk", "../talk", ".hidden", ""] {
      #expect(await error { try await store.delete(name) }?.code == "session_not_found")
      #expect(await error { _ = try await store.object(named: name) }?.status == 404)
    }
  }

  @Test(
    "the folder's limit counts what is there and what open sessions may write, but not the file to be replaced"
  )
  func limit() async throws {
    let folder = Folder()
    let store = try folder.store(limit: 200_000)
    let (first, second) = (try await store.open("a"), try await store.open("b"))
    try first.reserve(150_000, cache: 1000)
    #expect(await error { try second.reserve(60_000, cache: 1000) }?.code == "session_limit_exceeded")
    try second.reserve(50_000, cache: 1000)
    try await first.save(try sequence(40))
    let third = try await store.open("c")
    #expect(await error { try third.reserve(1, cache: 1000) }?.status == 400)
  }

  @Test(
    "sessions in memory are bounded together: one more waits for another to be let go, and one larger than all is refused"
  )
  func held() async throws {
    let folder = Folder()
    for name in ["a", "b"] { try await folder.store().open(name).save(try sequence(20)) }
    let bytes = try await folder.store().object(named: "a").bytes
    let store = try folder.store(mostHeldBytes: 2 * bytes - 1)
    do {
      let first = try await store.open("a")
      let refusal = await error { _ = try await store.open("b") }
      #expect(refusal?.status == 429 && refusal?.retryAfterSeconds != nil)
      // One that is new takes none.
      _ = try await store.open("c")
      withExtendedLifetime(first) {}
    }
    #expect(try await store.open("b").saved != nil)
    let small = try folder.store(mostHeldBytes: bytes - 1)
    #expect(await error { _ = try await small.open("a") }?.code == "kv_cache_too_large")
  }

  @Test("what may be on its way to files is bounded together")
  func saving() async throws {
    let folder = Folder()
    let store = try folder.store(mostHeldBytes: 1000)
    let second = try await store.open("b")
    do {
      let first = try await store.open("a")
      try first.reserve(5000, cache: 1000)
      #expect(await error { try second.reserve(5000, cache: 1001) }?.status == 429)
      withExtendedLifetime(first) {}
    }
    try second.reserve(5000, cache: 2000)
  }

  @Test("another model's session is refused, and listed as not usable")
  func otherModel() async throws {
    let folder = Folder()
    try await folder.store().open("talk").save(try sequence(20))
    let other = try folder.store(fingerprint: 0xdef)
    #expect(await error { _ = try await other.open("talk") }?.code == "session_incompatible")
    #expect(try await other.list().first?.isUsable == false)
  }

  @Test("a folder that cannot be is refused at the start")
  func noFolder() {
    #expect(throws: SettingsError.self) {
      try SessionStore(
        folder: "/dev/null/sessions", limitBytes: 1, fingerprint: 0, alias: "", mostHeldBytes: 1)
    }
  }
}

@Suite struct SessionFileTests {
  @Test("the checksum is that of zlib, at every length")
  func checksum() {
    #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(CRC32.of([]) == 0)
    #expect(CRC32.of(Array("The quick brown fox jumps over the lazy dog".utf8)) == 0x414F_A339)
  }

  @Test("no change of a byte and no cut goes unseen, and none traps")
  func damaged() async throws {
    let folder = Folder()
    let store = try folder.store()
    try await store.open("talk").save(try sequence(20))
    let whole = [UInt8](try Data(contentsOf: URL(filePath: folder.file("talk"))))
    var random = SystemRandomNumberGenerator()
    for round in 0..<400 {
      var bytes = whole
      switch round % 4 {
      case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
      case 1: bytes.append(0)
      default:
        let place = Int.random(in: 0..<(round % 4 == 2 ? 24 : bytes.count), using: &random)
        bytes[place] ^= UInt8.random(in: 1...255, using: &random)
      }
      try Data(bytes).write(to: URL(filePath: folder.file("talk")))
      let code = await error { _ = try await store.open("talk") }?.code
      #expect(code == "session_damaged" || code == "session_incompatible", "round \(round)")
    }
  }

  @Test("a file of another version says which it is")
  func otherVersion() async throws {
    let folder = Folder()
    let store = try folder.store()
    try await store.open("talk").save(try sequence(20))
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: folder.file("talk"))))
    bytes[8] = 9
    try Data(bytes).write(to: URL(filePath: folder.file("talk")))
    let refusal = await error { _ = try await store.open("talk") }
    #expect(refusal?.code == "session_incompatible" && refusal?.message.contains("version 9") == true)
  }
}
