import Foundation
import Glibc
import HTTP
import Logging
import Testing
import Transport

@Suite("Unix socket", .timeLimit(.minutes(1)))
struct UnixSocketTests {
  @Test("curl is served, its owner and group may connect, and the file goes with the server")
  func serves() async throws {
    let folder = try TemporaryFolder()
    try await withServer(on: [.unix(folder.socket)]) { _, _ in
      let answer = try await Tool.curl("--unix-socket", folder.socket, "http://localhost/peer")
      #expect(answer.output == "unix")
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.socket)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o660)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.socket))
  }

  @Test("the limit for each address does not hold, as clients have none")
  func hasNoAddresses() async throws {
    let folder = try TemporaryFolder()
    var limits = HTTPLimits()
    limits.connectionsPerAddress = 1
    try await withServer(limits, on: [.unix(folder.socket)]) { _, handler in
      async let slow = Tool.curl("--unix-socket", folder.socket, "http://localhost/slow")
      #expect(await handler.nextEvent() == "started")
      let answer = try await Tool.curl("--unix-socket", folder.socket, "http://localhost/b")
      #expect(answer.output == "/b")
      handler.gate.continuation.yield()
      let slowAnswer = try await slow
      #expect(slowAnswer.output == "done")
    }
  }

  @Test("the file of a server that died is replaced")
  func replacesAbandoned() async throws {
    let folder = try TemporaryFolder()
    let server = try await Tool.run([
      "python3", "-c", "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])", folder.socket,
    ])
    try #require(server.status == 0 && FileManager.default.fileExists(atPath: folder.socket))
    try await withServer(on: [.unix(folder.socket)]) { _, _ in
      let answer = try await Tool.curl("--unix-socket", folder.socket, "http://localhost/a")
      #expect(answer.output == "/a")
    }
  }

  @Test("the socket of a server that lives is left to it")
  func respectsLiving() async throws {
    let folder = try TemporaryFolder()
    try await withServer(on: [.unix(folder.socket)]) { _, _ in
      let error = await #expect(throws: TransportError.self) { try await listener(folder.socket) }
      #expect(error?.description.contains("another server listens there") == true)
      let answer = try await Tool.curl("--unix-socket", folder.socket, "http://localhost/a")
      #expect(answer.output == "/a")
    }
  }

  @Test("a file of another kind is refused and stays")
  func respectsFiles() async throws {
    let folder = try TemporaryFolder()
    try Data("precious".utf8).write(to: URL(filePath: folder.socket))
    let error = await #expect(throws: TransportError.self) { try await listener(folder.socket) }
    #expect(error?.description.contains("'\(folder.socket)': there is a file of another kind") == true)
    #expect(FileManager.default.fileExists(atPath: folder.socket))
  }

  @Test("at the end, a file that another has put in its place stays")
  func leavesOthers() async throws {
    let folder = try TemporaryFolder()
    try await withServer(on: [.unix(folder.socket)]) { _, _ in
      // First the new file, then the old one's end: the same inode must not come again at once.
      try Data("precious".utf8).write(to: URL(filePath: folder.socket + ".new"))
      #expect(rename(folder.socket + ".new", folder.socket) == 0)
    }
    #expect(FileManager.default.fileExists(atPath: folder.socket))
  }

  @Test(
    "a path that cannot be used is named",
    arguments: ["/nowhere/a.sock", "/tmp/" + String(repeating: "a", count: 200)])
  func refusesPath(path: String) async throws {
    let error = await #expect(throws: TransportError.self) { try await listener(path) }
    #expect(error?.description.contains("Unix socket '\(path)'") == true)
  }

  private func listener(_ path: String) async throws -> Listener {
    try await Listener(
      on: [.unix(path)], limits: HTTPLimits(), handler: PathHandler(), logger: Logger(label: "test"))
  }
}

extension ListeningPlace {
  static func unix(_ path: String) -> ListeningPlace { .address(.unix(path: path)) }
}

/// A folder for a socket, removed with the last reference.
final class TemporaryFolder: Sendable {
  private let path: String
  var socket: String { path + "/kvota.sock" }

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/kvota-\(UInt32.random(in: .min ... .max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
