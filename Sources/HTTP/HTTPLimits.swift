/// What one client may use of the server: sizes, times and counts.
///
/// The defaults are the served contract; every number is a limit that is still allowed.
package struct HTTPLimits: Sendable, Equatable {
  package var requestLineBytes = 8 << 10
  package var headerFieldBytes = 8 << 10
  package var headerSectionBytes = 32 << 10
  package var headerFieldCount = 100
  package var bodyBytes = 8 << 20
  /// Of all bodies over `smallBodyBytes` that are here and not read yet, from one address half of it; one of `bodyBytes` has room in any case.
  package var largeBodiesBytes = 64 << 20
  /// Bodies up to this size are bounded by the number of connections.
  package static let smallBodyBytes = 32 << 10
  /// One chunk's size line with its extensions, which are read over and ignored.
  package var chunkLineBytes = 256
  /// The extensions of all chunks of a body: else they could make it many times as long as it counts.
  package var chunkExtensionBytes = 4 << 10

  /// From the first byte of a request to the end of its header section.
  package var headerTime = Duration.seconds(10)
  package var bodyIdleTime = Duration.seconds(20)
  package var bodyBytesPerSecond = 1 << 10
  /// How far ahead of its least speed a body may get, beyond one pause.
  package static let mostBodyTimeSaved = Duration.seconds(60)
  package var keepAliveTime = Duration.seconds(30)
  package var requestsPerConnection = 1000
  package var writeStallTime = Duration.seconds(30)
  /// How much output the kernel may hold for a client that does not read.
  package var outputBufferBytes = 128 << 10
  /// How many bytes of further requests are read while one is being answered.
  package var pipelinedBytes = 64 << 10

  package var connections = 512
  package var connectionsPerAddress = 64

  package init() {}
}
