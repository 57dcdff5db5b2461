import FlyingSocks
import FoundationEssentials
import Glibc

/// A pair of sockets of which one becomes readable when the other is rung, from any thread.
struct Bell: Sendable {
  private let listening: Socket
  private let ringing: Socket

  /// What becomes readable.
  var file: Socket.FileDescriptor { listening.file }

  /// Throws if the system has no descriptors for it.
  init() throws {
    var pair: [Int32] = [0, 0]
    // Safety: there is room for the two that are written.
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &pair) == 0
    else {
      throw SocketError.makeFailed("socketpair")
    }
    listening = Socket(file: .init(rawValue: pair[0]))
    ringing = Socket(file: .init(rawValue: pair[1]))
    for socket in [listening, ringing] { try socket.setFlags(.nonBlocking) }
  }

  /// If there is no room, it has been rung often enough.
  func ring() { _ = try? ringing.write(Data([0])) }

  /// Makes it silent until it is rung again.
  func clear() { _ = try? listening.read(atMost: 1 << 10) }
}
