import Testing

@testable import HTTP

@Suite("Connection lifetime")
struct ConnectionLifetimeTests {
  private let start = ContinuousClock.now
  private var lifetime: ConnectionLifetime { ConnectionLifetime(limits: HTTPLimits(), now: start) }

  @Test("a client that says nothing is let go without a word")
  func closesSilentClient() {
    #expect(lifetime.deadline == start + .seconds(10))
    #expect(lifetime.expiry == .closeQuietly)
  }

  @Test("a header section has 10 seconds from its first byte, however many bytes drip in")
  func limitsHeaderTime() {
    var lifetime = lifetime
    lifetime.received(bytes: 1, at: start + .seconds(5))
    lifetime.received(bytes: 1, at: start + .seconds(14))
    #expect(lifetime.deadline == start + .seconds(15))
    #expect(status(of: lifetime) == 408)
  }

  @Test("a body may pause for 20 seconds")
  func limitsBodyPause() {
    var lifetime = inBody()
    lifetime.received(bytes: 1 << 20, at: start + .seconds(7))
    #expect(lifetime.deadline == start + .seconds(27))
    #expect(status(of: lifetime) == 408)
  }

  @Test("a body that drips must average 1 KiB a second")
  func limitsBodyRate() {
    var lifetime = inBody()
    for second in 1...19 { lifetime.received(bytes: 512, at: start + .seconds(second)) }
    #expect(lifetime.deadline == start + .seconds(20 + 9.5))
  }

  @Test("a body that came at once but for its end saves a minute by that, not hours")
  func limitsSavedTime() throws {
    var lifetime = inBody()
    lifetime.received(bytes: (8 << 20) - 100, at: start)
    for second in stride(from: 15, through: 75, by: 15) {
      lifetime.received(bytes: 1, at: start + .seconds(second))
    }
    let deadline = try #require(lifetime.deadline)
    #expect(deadline >= start + .seconds(80) && deadline < start + .seconds(81))
    #expect(status(of: lifetime) == 408)
  }

  @Test("a body that keeps to the least speed may take as long as it does")
  func letsSlowBodiesCome() throws {
    var lifetime = inBody()
    for second in 1...8192 {
      #expect(try #require(lifetime.deadline) > start + .seconds(second))
      lifetime.received(bytes: 1024, at: start + .seconds(second))
    }
  }

  @Test("a handler has all the time it takes")
  func leavesHandlerAlone() {
    var lifetime = inBody()
    lifetime.requestEnded()
    #expect(lifetime.deadline == nil)
  }

  @Test("between requests a connection may idle for 30 seconds")
  func limitsIdleTime() {
    var lifetime = inBody()
    lifetime.requestEnded()
    let next = lifetime.responseEnded(keepAlive: true, pipelined: false, at: start)
    #expect(next == .awaitRequest)
    #expect(lifetime.deadline == start + .seconds(30))
    #expect(lifetime.expiry == .closeQuietly)
  }

  @Test("a pipelined request's header time runs at once")
  func limitsPipelinedHeader() {
    var lifetime = inBody()
    lifetime.requestEnded()
    _ = lifetime.responseEnded(keepAlive: true, pipelined: true, at: start)
    #expect(lifetime.deadline == start + .seconds(10))
    #expect(status(of: lifetime) == 408)
  }

  @Test("the 1000th request is the last, and its response says so")
  func limitsRequests() {
    var lifetime = lifetime
    for number in 1...1000 {
      lifetime.headEnded(at: start)
      lifetime.requestEnded()
      #expect(lifetime.mayKeepAlive == (number < 1000))
      let next = lifetime.responseEnded(keepAlive: true, pipelined: false, at: start)
      #expect(next == (number < 1000 ? .awaitRequest : .close))
    }
  }

  private func inBody() -> ConnectionLifetime {
    var lifetime = lifetime
    lifetime.received(bytes: 1, at: start)
    lifetime.headEnded(at: start)
    return lifetime
  }

  private func status(of lifetime: ConnectionLifetime) -> Int? {
    guard case .refuse(let error) = lifetime.expiry else { return nil }
    return error.status
  }
}
