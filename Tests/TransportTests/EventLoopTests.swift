import FlyingSocks
import Glibc
import Testing

@testable import Transport

@Suite("Event loop", .timeLimit(.minutes(1)))
struct EventLoopTests {
  @Test(
    "tasks that are cancelled at the moment at which their sockets become ready hold up neither themselves nor the loop"
  )
  func cancelledWhenReady() async throws {
    let loops = try EventLoop.all.get()
    for round in 0..<400 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for pair in 0..<100 { group.addTask { try await Self.race(loops[(round + pair) % loops.count]) } }
        try await group.waitForAll()
      }
    }
  }

  @Test(
    "what is sent by those whose sockets were ready together leaves when all of them have had their turn"
  )
  func rounds() async throws {
    // Nobody else's sockets are ready here.
    let loop = try EventLoop()
    let pairs = try (0..<8).map { _ in try Self.pair() }
    let (events, log) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (near, _) in pairs {
        let stream = try PolledSocket(near, loop: loop, outputBufferBytes: 1 << 12, isTCP: false)
        group.addTask(executorPreference: loop) {
          _ = try await stream.read(atMost: 1, until: nil)
          log.yield("read")
          try await stream.write([1], stallTime: .seconds(10))
          log.yield("sent")
          await stream.close(lingeringFor: .zero, atMost: 0)
        }
      }
      // On the loop itself, so that its next look finds all of them.
      group.addTask(executorPreference: loop) { for (_, far) in pairs { #expect(write(far, [0], 1) == 1) } }
      try await group.waitForAll()
    }
    log.finish()
    let seen = await events.reduce(into: [String]()) { $0.append($1) }
    #expect(seen == Array(repeating: "read", count: 8) + Array(repeating: "sent", count: 8))
    for (_, far) in pairs { #expect(Glibc.close(far) == 0) }
  }

  private static func pair() throws -> (near: Socket, far: Int32) {
    var files: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &files) == 0)
    return (Socket(file: .init(rawValue: files[0])), files[1])
  }

  /// Reads two bytes, the second of which comes while the reader is cancelled.
  private static func race(_ loop: EventLoop) async throws {
    let (near, far) = try pair()
    let stream = try PolledSocket(near, loop: loop, outputBufferBytes: 1 << 12, isTCP: false)
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let reader = Task {
      for _ in 0..<2 {
        _ = try? await stream.read(atMost: 1, until: nil)
        arrived.yield()
      }
      arrived.finish()
    }
    #expect(write(far, [0], 1) == 1)
    for await _ in arrivals { break }
    async let written = write(far, [0], 1)
    reader.cancel()
    #expect(await written == 1)
    await reader.value
    await stream.close(lingeringFor: .zero, atMost: 0)
    #expect(Glibc.close(far) == 0)
  }
}
