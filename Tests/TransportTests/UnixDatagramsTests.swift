import Foundation
import Testing

@testable import Transport

@Suite struct UnixDatagramsTests {
  @Test(
    "a datagram arrives whole at a path, of any length that there can be, and at an abstract name",
    arguments: [20, 107])
  func arrives(pathBytes: Int) throws {
    let unique = String(UUID().uuidString.prefix(8))
    for start in ["/tmp/", "@"] {
      let name = (start + unique).padding(toLength: pathBytes, withPad: "x", startingAt: 0)
      let receiver = try DatagramReceiver(name)
      let datagrams = try #require(UnixDatagrams(name))
      #expect(datagrams.send("READY=1\nSTATUS=é"))
      #expect(receiver.receive() == "READY=1\nSTATUS=é")
    }
  }

  @Test(
    "what is no address of a Unix socket, or too long for one, is none",
    arguments: ["", "/", "@", "kvota", "vsock:2:1", "/a\0b"])
  func noAddress(text: String) {
    #expect(UnixDatagrams(text) == nil)
    #expect(UnixDatagrams("/" + String(repeating: "x", count: UnixDatagrams.mostPathBytes)) == nil)
  }

  @Test("where nobody listens nothing is sent, and that is all")
  func nobody() throws {
    #expect(try #require(UnixDatagrams("/nowhere/kvota")).send("READY=1") == false)
    #expect(try #require(UnixDatagrams("@kvota-\(UUID())")).send("READY=1") == false)
  }
}

/// A bound datagram socket.
final class DatagramReceiver {
  private let descriptor: Int32
  private let path: String

  init(_ name: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    path = name
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    // An abstract name is as long as it is said to be, and a path ends at a zero.
    if bytes[0] == UInt8(ascii: "@") { address.sun_path.0 = 0 }
    let length = socklen_t(2 + bytes.count)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    try #require(result == 0, "\(String(cString: strerror(errno)))")
  }

  deinit {
    close(descriptor)
    if path.hasPrefix("/") { unlink(path) }
  }

  /// What has come, or nil.
  func receive() -> String? {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count >= 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
