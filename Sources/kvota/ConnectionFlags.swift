import ArgumentParser
import Serving

/// What one client may use of `kvota serve`.
struct ConnectionFlags: ParsableArguments {
  @Option(help: ArgumentHelp("Largest body of a request; more gets 413. (default: 8MiB)", valueName: "size"))
  var maxBody: String?

  @Option(help: ArgumentHelp("Connections at a time; more get 503. (default: 512)", valueName: "count"))
  var maxConnections: String?

  @Option(help: ArgumentHelp("Of these from one address. (default: 64)", valueName: "count"))
  var maxConnectionsPerAddress: String?

  @Option(help: ArgumentHelp("Time for a request's head; then 408. (default: 10)", valueName: "seconds"))
  var headerSeconds: String?

  @Option(
    help: ArgumentHelp("Longest pause of a request's body; then 408. (default: 20)", valueName: "seconds"))
  var bodyIdleSeconds: String?

  @Option(
    help: ArgumentHelp("Least speed of a body, all in all; else 408. (default: 1024)", valueName: "bytes"))
  var bodyBytesPerSecond: String?

  @Option(
    help: ArgumentHelp("Longest pause between a connection's requests. (default: 30)", valueName: "seconds"))
  var keepAliveSeconds: String?

  @Option(help: ArgumentHelp("Requests of a connection; then it closes. (default: 1000)", valueName: "count"))
  var keepAliveRequests: String?

  @Option(
    help: ArgumentHelp(
      "How long a client may take no byte of its answer; then it is given up. (default: 30)",
      valueName: "seconds"))
  var writeStallSeconds: String?

  @Option(help: ArgumentHelp("Longest request line; more gets 414. (default: 8KiB)", valueName: "size"))
  var maxRequestLine: String?

  @Option(help: ArgumentHelp("Longest header field; more gets 431. (default: 8KiB)", valueName: "size"))
  var maxHeader: String?

  @Option(
    help: ArgumentHelp("All header fields together; more gets 431. (default: 32KiB)", valueName: "size"))
  var maxHeaders: String?

  @Option(help: ArgumentHelp("How many they may be; more gets 431. (default: 100)", valueName: "count"))
  var maxHeaderCount: String?

  @Option(
    name: .customLong("max-json-depth"),
    help: ArgumentHelp("Levels of a body's JSON; more gets 400. (default: 64)", valueName: "count"))
  var maxJSONDepth: String?

  @Option(
    help: ArgumentHelp(
      "Output that the kernel holds for a client that does not read. (default: 128KiB)", valueName: "size"))
  var outputBuffer: String?

  var settings: [SettingName: String?] {
    [
      .maxBody: maxBody, .maxConnections: maxConnections,
      .maxConnectionsPerAddress: maxConnectionsPerAddress, .headerSeconds: headerSeconds,
      .bodyIdleSeconds: bodyIdleSeconds, .bodyBytesPerSecond: bodyBytesPerSecond,
      .keepAliveSeconds: keepAliveSeconds, .keepAliveRequests: keepAliveRequests,
      .writeStallSeconds: writeStallSeconds, .maxRequestLine: maxRequestLine, .maxHeader: maxHeader,
      .maxHeaders: maxHeaders, .maxHeaderCount: maxHeaderCount, .maxJSONDepth: maxJSONDepth,
      .outputBuffer: outputBuffer,
    ]
  }
}
