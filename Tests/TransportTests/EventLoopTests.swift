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

  /// Reads two bytes, the second of which comes while the reader is cancelled.
  private static func race(_ loop: EventLoop) async throws {
    var files: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &files) == 0)
    let (near, far) = (Socket(file: .init(rawValue: files[0])), files[1])
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
