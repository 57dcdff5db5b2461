/// Sockets that systemd, or whoever follows its protocol (sd_listen_fds(3)), has bound for us.
package enum SocketActivation {
  /// The first one; others have the numbers after it.
  private static let firstDescriptor: Int32 = 3
  private static let mostSockets: Int32 = 64

  /// The descriptors that were handed to this process; none in the usual case.
  ///
  /// - Parameters:
  ///   - environment: the process's variables.
  ///   - processID: our own, as `LISTEN_PID` must have it: other processes inherit the variables too.
  /// - Returns: their numbers.
  /// - Throws: `TransportError.cannotListen` if the number of sockets is none.
  package static func descriptors(
    environment: [String: String], processID: Int32
  ) throws(TransportError) -> [Int32] {
    guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == processID else { return [] }
    let text = environment["LISTEN_FDS"] ?? ""
    guard let count = Int32(text), (0...mostSockets).contains(count) else {
      throw .cannotListen(
        on: "the sockets handed over", reason: "LISTEN_FDS is '\(text)'; expected 0 to \(mostSockets)")
    }
    return Array(firstDescriptor..<firstDescriptor + count)
  }
}
