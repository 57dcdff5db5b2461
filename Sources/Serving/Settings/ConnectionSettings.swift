import HTTP

extension HTTPLimits {
  /// Reads what one client may use of the server; what is not set gets its default.
  init(_ texts: SettingTexts) throws(SettingsError) {
    self.init()
    bodyBytes = try Self.mostBodyBytes(texts) ?? bodyBytes
    connections = try texts.integer(.maxConnections, in: 1...100_000) ?? connections
    connectionsPerAddress =
      try texts.integer(.maxConnectionsPerAddress, in: 1...100_000) ?? connectionsPerAddress
    headerTime = try texts.seconds(.headerSeconds) ?? headerTime
    bodyIdleTime = try texts.seconds(.bodyIdleSeconds) ?? bodyIdleTime
    bodyBytesPerSecond = try texts.integer(.bodyBytesPerSecond, in: 1...1 << 30) ?? bodyBytesPerSecond
    keepAliveTime = try texts.seconds(.keepAliveSeconds) ?? keepAliveTime
    requestsPerConnection = try texts.integer(.keepAliveRequests, in: 1...1 << 30) ?? requestsPerConnection
    writeStallTime = try texts.seconds(.writeStallSeconds) ?? writeStallTime
    requestLineBytes = try texts.bytes(.maxRequestLine, upTo: Self.mostHeadMiB) ?? requestLineBytes
    headerFieldBytes = try texts.bytes(.maxHeader, upTo: Self.mostHeadMiB) ?? headerFieldBytes
    headerSectionBytes = try texts.bytes(.maxHeaders, upTo: Self.mostHeadMiB) ?? headerSectionBytes
    headerFieldCount = try texts.integer(.maxHeaderCount, in: 1...10_000) ?? headerFieldCount
    outputBufferBytes = try texts.bytes(.outputBuffer, upTo: 64) ?? outputBufferBytes
  }

  /// A head is in memory for each connection.
  private static let mostHeadMiB = 1

  /// Up to 1 GiB: bodies are held in memory, and their JSON takes a multiple of them.
  private static func mostBodyBytes(_ texts: SettingTexts) throws(SettingsError) -> Int? {
    try texts.bytes(.maxBody, upTo: 1024)
  }
}

extension SettingTexts {
  fileprivate func seconds(_ name: SettingName) throws(SettingsError) -> Duration? {
    try integer(name, in: 1...86_400).map { .seconds($0) }
  }

  fileprivate func bytes(_ name: SettingName, upTo mostMiB: Int) throws(SettingsError) -> Int? {
    guard let (value, origin) = text(name) else { return nil }
    guard case .bytes(let bytes)? = MemorySize(value), (1...mostMiB << 20).contains(bytes) else {
      throw SettingsError("\(origin) is '\(value)'; expected bytes up to \(mostMiB)MiB, such as 512KiB")
    }
    return bytes
  }
}
