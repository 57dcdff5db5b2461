import Testing

@testable import Transport

@Suite("Connection registry", .timeLimit(.minutes(1)))
struct ConnectionRegistryTests {
  @Test("the limits hold in all and for each address, and a place that was left is free")
  func admitsWithinLimits() async {
    let registry = ConnectionRegistry(limit: 3, limitPerAddress: 2)
    let (leaving, leave) = AsyncStream<Void>.makeStream()
    #expect(registry.admit("a") { _ in for await _ in leaving {} })
    #expect(registry.admit("a") { _ in await Self.untilCancelled() })
    #expect(!registry.admit("a") { _ in })
    #expect(registry.admit("b") { _ in await Self.untilCancelled() })
    #expect(!registry.admit("c") { _ in })
    leave.finish()
    while !registry.admit("c", serve: { _ in await Self.untilCancelled() }) { await Task.yield() }
    for task in registry.drain() { await task.value }
  }

  @Test("who has no address is limited by the number of all only")
  func admitsWithoutAddress() async {
    let registry = ConnectionRegistry(limit: 2, limitPerAddress: 1)
    #expect(registry.admit(nil) { _ in await Self.untilCancelled() })
    #expect(registry.admit(nil) { _ in await Self.untilCancelled() })
    #expect(!registry.admit(nil) { _ in })
    for task in registry.drain() { await task.value }
  }

  @Test("draining ends idle connections, leaves busy ones and admits nobody")
  func drains() async {
    let registry = ConnectionRegistry(limit: 9, limitPerAddress: 9)
    let (busy, begin) = AsyncStream<Bool>.makeStream()
    let (finishing, finish) = AsyncStream<Void>.makeStream()
    #expect(registry.admit("idle") { _ in await Self.untilCancelled() })
    #expect(
      registry.admit("busy") { member in
        begin.yield(registry.setIdle(false, member))
        for await _ in finishing { break }
        begin.yield(!Task.isCancelled && !registry.setIdle(true, member))
      })
    #expect(await busy.first { _ in true } == true)
    let running = registry.drain()
    #expect(running.count == 2)
    #expect(!registry.admit("late") { _ in })
    finish.yield()
    #expect(await busy.first { _ in true } == true)
    for task in running { await task.value }
  }

  @Sendable private static func untilCancelled() async { try? await Task.sleep(for: .seconds(3600)) }
}
