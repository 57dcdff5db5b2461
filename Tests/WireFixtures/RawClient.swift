import Dispatch
import Glibc

/// A client that sends exactly the bytes it is told, on blocking calls off the cooperative threads.
package final class RawClient: Sendable {
  package struct Failure: Error {
    package let call: String
    package let code: Int32
  }

  private let descriptor: Int32
  // Serial queues have threads of their own; a concurrent one's blocked calls would starve the server's.
  private let reading = DispatchQueue(label: "client reads")
  private let writing = DispatchQueue(label: "client writes")

  /// Connects to the loopback address; every call gives up after 20 seconds.
  package init(port: Int, receiveBufferBytes: Int32? = nil) async throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if let receiveBufferBytes { setOption(SO_RCVBUF, receiveBufferBytes) }
    setOption(SO_RCVTIMEO, timeval(tv_sec: 20, tv_usec: 0))
    setOption(SO_SNDTIMEO, timeval(tv_sec: 20, tv_usec: 0))
    try await blocking(writing) { [descriptor] in
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = UInt16(port).bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if result != 0 { throw Failure(call: "connect", code: errno) }
    }
  }

  deinit { Glibc.close(descriptor) }

  package func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  package func send(_ bytes: [UInt8]) async throws {
    try await blocking(writing) { [descriptor] in
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { throw Failure(call: "send", code: errno) }
        sent += count
      }
    }
  }

  /// Reads until the text ends with `marker`, never beyond it, or to the end.
  package func read(through marker: String) async throws -> String {
    try await blocking(reading) { [descriptor] in
      let marker = Array(marker.utf8)
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while !bytes.reversed().starts(with: marker.reversed()) {
        let count = recv(descriptor, &byte, 1, 0)
        guard count >= 0 else { throw Failure(call: "recv", code: errno) }
        if count == 0 { break }
        bytes.append(byte)
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  package func readToEnd() async throws -> String {
    try await blocking(reading) { [descriptor] in
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failure(call: "recv", code: errno) }
        if count == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes += buffer[..<count]
      }
    }
  }

  /// Says that nothing more will be sent.
  package func endInput() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// Breaks the connection with a reset instead of an orderly end.
  package func reset() {
    setOption(SO_LINGER, linger(l_onoff: 1, l_linger: 0))
    // Takes the place of the descriptor, so that deinit closes something that is surely ours.
    let null = open("/dev/null", O_RDONLY)
    dup2(null, descriptor)
    Glibc.close(null)
  }

  private func setOption<Value>(_ name: Int32, _ value: Value) {
    withUnsafeBytes(of: value) {
      _ = setsockopt(descriptor, SOL_SOCKET, name, $0.baseAddress, socklen_t($0.count))
    }
  }

  private func blocking<Value: Sendable>(
    _ queue: DispatchQueue, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result(catching: body)) }
    }
  }
}
