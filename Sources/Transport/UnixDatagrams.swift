import Glibc

/// Sends datagrams to a Unix socket that somebody else has bound, by its path or its abstract name.
///
/// FlyingSocks sends an address with all its trailing zeros, which belong to an abstract name, so no such socket
/// would be found.
package struct UnixDatagrams: Sendable {
  private let address: [UInt8]

  /// The longest path or name, in bytes: what `sun_path` holds.
  package static let mostPathBytes = 107

  /// An address that begins with `/`, or with `@` for an abstract name; nil for another, or one that is too long.
  package init?(_ path: String) {
    var bytes = Array(path.utf8)
    guard (2...Self.mostPathBytes).contains(bytes.count), !bytes.contains(0) else { return nil }
    switch bytes[0] {
    case UInt8(ascii: "/"): bytes.append(0)
    case UInt8(ascii: "@"): bytes[0] = 0
    default: return nil
    }
    // AF_UNIX is 1; the machines that we have kernels for put the low byte first.
    address = [UInt8(AF_UNIX), 0] + bytes
  }

  /// Sends one datagram without waiting; false if nobody takes it, or not now.
  package func send(_ text: String) -> Bool {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    return unsafe address.span.withUnsafeBytes { address in
      unsafe bytes.span.withUnsafeBytes { bytes in
        // Sound: both regions outlive the call, which copies them, and are as long as it is told.
        guard let target = unsafe address.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
          return false
        }
        return unsafe sendto(
          descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT), target,
          socklen_t(address.count)) == bytes.count
      }
    }
  }
}
