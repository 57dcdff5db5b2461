import Dispatch
import HTTP
import Testing

@testable import Serving

@Suite("turns") struct TurnsTests {
  @Test("one at a time, in the order in which they came, also when one of them fails")
  func order() async throws {
    struct Failed: Error {}
    let turns = Turns()
    let (began, beginning) = AsyncStream.makeStream(of: Void.self)
    let (mayEnd, end) = AsyncStream.makeStream(of: Void.self)
    let (order, done) = AsyncStream.makeStream(of: Int.self)
    await withDiscardingTaskGroup { group in
      group.addTask {
        try? await turns.run { _ in
          beginning.yield()
          for await _ in mayEnd { break }
          done.yield(0)
          throw Failed()
        }
      }
      for await _ in began { break }
      for number in 1...5 {
        group.addTask { try? await turns.run { _ in _ = done.yield(number) } }
        while turns.waitingCount < number { await Task.yield() }
      }
      end.yield()
    }
    done.finish()
    #expect(await order.reduce(into: []) { $0.append($1) } == [0, 1, 2, 3, 4, 5])
  }

  @Test("who is cancelled waits no longer, and holds up nobody")
  func cancelled() async throws {
    let turns = Turns()
    try await turns.run { _ in
      let waiting = Task { try await turns.run { _ in _ = Issue.record("it was not its turn") } }
      while turns.waitingCount < 1 { await Task.yield() }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
      let late = Task {
        while !Task.isCancelled { await Task.yield() }
        try await turns.run { _ in _ = Issue.record("it was cancelled before") }
      }
      late.cancel()
      await #expect(throws: CancellationError.self) { try await late.value }
    }
    #expect(try await turns.run { _ in 7 } == 7)
  }

  private func call(_ service: Service, bytes: Int) throws -> Call {
    let body = ReceivedBody([UInt8](repeating: 97, count: bytes))
    return Call(
      request: HTTPRequest(head: try head("POST /tokenize"), body: body, remoteAddress: ""), id: "",
      parameter: "",
      key: nil, service: service)
  }

  @Test("the next large body is not read before the one before is worked through; a small one is")
  func bodies() async throws {
    let service = try Service(version: "1")
    let first = try call(service, bytes: 1 << 16)
    let (second, small) = (try call(service, bytes: 1 << 16), try call(service, bytes: 1 << 10))
    try await withThrowingTaskGroup(of: Int.self) { group in
      try await first.takingTurns { _ in
        _ = try await first.read { body, _ in body.count }
        group.addTask {
          try await second.takingTurns { _ in try await second.read { body, _ in body.count } }
        }
        while service.bodyTurns.waitingCount < 1 { await Task.yield() }
        #expect(
          try await small.takingTurns { _ in try await small.read { body, _ in body.count } } == 1 << 10)
        #expect(try await first.compute { second.request.body.take().count } == 1 << 16)
      }
      // Had it been read before, it would have had its bytes.
      #expect(try await group.next() == 0)
    }
  }

  @Test("who opens a session lets the next large body have its turn, but not a second that opens one")
  func sessions() async throws {
    let service = try Service(version: "1")
    let calls = try (0..<3).map { _ in try call(service, bytes: 1 << 16) }
    let (order, done) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup(of: Void.self) { group in
      try await calls[0].takingTurns { turn in
        try await turn?.exchange(for: service.sessionTurns)
        try await calls[1].takingTurns { _ in _ = done.yield("the next") }
        group.addTask {
          try await calls[2].takingTurns { turn in
            try await turn?.exchange(for: service.sessionTurns)
            _ = done.yield("the next with a session")
          }
        }
        while service.sessionTurns.waitingCount < 1 { await Task.yield() }
        group.addTask { try await calls[1].takingTurns { _ in _ = done.yield("who came behind it") } }
        while service.bodyTurns.waitingCount < 1 { await Task.yield() }
        _ = done.yield("the first")
      }
      try await group.waitForAll()
    }
    done.finish()
    let names: [String] = await order.reduce(into: []) { $0.append($1) }
    #expect(names.prefix(2) == ["the next", "the first"] && names.count == 4)
  }

  @Test("what is hard to compute leaves the shared threads, however small its body")
  func hard() async throws {
    let service = try Service(version: "1")
    let call = try call(service, bytes: 1)
    let (began, beginning) = AsyncStream.makeStream(of: Void.self)
    let mayEnd = DispatchSemaphore(value: 0)
    let (order, done) = AsyncStream.makeStream(of: String.self)
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await service.bodies.read(bytes: 1 << 20) {
          beginning.yield()
          mayEnd.wait()
          _ = done.yield("what is large")
        }
      }
      for await _ in began { break }
      group.addTask { try await call.compute(isHard: true) { _ = done.yield("what is hard") } }
      try await call.compute { _ = done.yield("what is easy") }
      mayEnd.signal()
      try await group.waitForAll()
    }
    done.finish()
    #expect(
      await order.reduce(into: []) { $0.append($1) } == ["what is easy", "what is large", "what is hard"])
  }
}
