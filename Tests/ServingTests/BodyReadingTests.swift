import Dispatch
import Testing

@testable import Serving

@Suite struct BodyReadingTests {
  private struct Refused: Error {}

  @Test("what reading comes to is handed back, whether the body is small or large", arguments: [1, 1 << 20])
  func result(bytes: Int) async throws {
    #expect(try await BodyReading().read(bytes: bytes) { 7 } == 7)
    await #expect(throws: Refused.self) { try await BodyReading().read(bytes: bytes) { throw Refused() } }
  }

  @Test("while a large body is read, others are read too, and the next large one waits for it")
  func largeBodiesWaitForEachOther() async throws {
    let bodies = BodyReading()
    let (began, beginning) = AsyncStream.makeStream(of: Void.self)
    let mayEnd = DispatchSemaphore(value: 0)
    let (order, read) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await bodies.read(bytes: 1 << 20) {
          beginning.yield()
          mayEnd.wait()
          _ = read.yield("first large")
        }
      }
      for await _ in began { break }
      group.addTask { try await bodies.read(bytes: 1 << 20) { _ = read.yield("second large") } }
      try await bodies.read(bytes: 100) { _ = read.yield("small") }
      mayEnd.signal()
      try await group.waitForAll()
    }
    read.finish()
    #expect(await order.reduce(into: []) { $0.append($1) } == ["small", "first large", "second large"])
  }

  @Test("a large body that nobody waits for any more is not read")
  func abandoned() async {
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      try await BodyReading().read(bytes: 1 << 20) { _ = Issue.record("read all the same") }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}
