import Glibc
import HTTP
import Logging
import Testing
import Transport

@Suite("Socket activation", .timeLimit(.minutes(1)))
struct SocketActivationTests {
  @Test("sockets that were meant for us have the numbers from 3")
  func findsSockets() throws {
    #expect(try descriptors("7", "2") == [3, 4])
    #expect(try descriptors("7", "0") == [])
  }

  @Test("what was meant for another process, or for nobody, is not ours", arguments: ["8", "", "x", nil])
  func leavesOthers(processID: String?) throws {
    #expect(try descriptors(processID, "2") == [])
  }

  @Test(
    "a number of sockets that is none is refused", arguments: ["", "-1", "two", "65", "99999999999", nil])
  func refusesNumber(count: String?) {
    #expect(throws: TransportError.self) { try descriptors("7", count) }
  }

  @Test("several sockets are served at once, and not passed on to other programs")
  func servesInherited() async throws {
    let (first, second) = (listeningSocket(AF_INET), listeningSocket(AF_INET6))
    let places: [ListeningPlace] = [.inherited(descriptor: first), .inherited(descriptor: second)]
    try await withServer(on: places) { listener, _ in
      try #require(listener.addresses.count == 2)
      for address in listener.addresses {
        let answer = try await Tool.curl(address.url(secured: false) + "/a")
        #expect(answer.output == "/a", "\(address)")
      }
      for descriptor in [first, second] { #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0) }
    }
  }

  @Test("what does not listen, or is no stream socket, is refused")
  func refusesOthers() async {
    let others = [
      socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0), socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0),
      open("/dev/null", O_RDONLY), 9999,
    ]
    for descriptor in others {
      let error = await #expect(throws: TransportError.self) {
        try await Listener(
          on: [.inherited(descriptor: descriptor)], limits: HTTPLimits(), handler: PathHandler(),
          logger: Logger(label: "test"))
      }
      #expect(error?.description.contains("handed over as descriptor \(descriptor)") == true)
      close(descriptor)
    }
  }

  private func descriptors(_ processID: String?, _ count: String?) throws -> [Int32] {
    var environment: [String: String] = [:]
    environment["LISTEN_PID"] = processID
    environment["LISTEN_FDS"] = count
    return try SocketActivation.descriptors(environment: environment, processID: 7)
  }

  /// Listens on a free port of the unspecified address, as a socket that was not bound does.
  private func listeningSocket(_ domain: Int32) -> Int32 {
    let descriptor = socket(domain, Int32(SOCK_STREAM.rawValue), 0)
    listen(descriptor, 8)
    return descriptor
  }
}
