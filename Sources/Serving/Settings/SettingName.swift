/// What `kvota serve` can be told: each name is a flag and a variable of the environment.
package enum SettingName: String, CaseIterable, Sendable {
  case model, alias, host, port, threads, context
  case kvMemory = "kv-memory"
  case kvOptions = "kv-options"
  case kvType = "kv-type"
  case kvPolicy = "kv-policy"
  case kvBudget = "kv-budget"
  case kvEvents = "kv-events"
  case prefixCache = "prefix-cache"
  case maxQueue = "max-queue"
  case maxQueueTokens = "max-queue-tokens"
  case maxSequences = "max-sequences"
  case maxPerClient = "max-per-client"
  case stepMilliseconds = "step-ms"
  case sessionDir = "session-dir"
  case sessionLimit = "session-limit"
  case speculate
  case drainSeconds = "drain-seconds"
  case maxBody = "max-body"
  case maxConnections = "max-connections"
  case maxConnectionsPerAddress = "max-connections-per-address"
  case headerSeconds = "header-seconds"
  case bodyIdleSeconds = "body-idle-seconds"
  case bodyBytesPerSecond = "body-bytes-per-second"
  case keepAliveSeconds = "keep-alive-seconds"
  case keepAliveRequests = "keep-alive-requests"
  case writeStallSeconds = "write-stall-seconds"
  case log
  case logLevel = "log-level"

  /// As in `--kv-memory`.
  package var flag: String { "--\(rawValue)" }

  /// As in `KVOTA_KV_MEMORY`.
  package var variable: String {
    "KVOTA_" + String(rawValue.uppercased().map { $0 == "-" ? "_" : $0 })
  }
}

/// A setting that cannot be used.
package struct SettingsError: Error, Equatable, CustomStringConvertible {
  /// What was wrong, with the name as the user wrote it, what was expected, what to do.
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// The texts that settings are read from: flags first, then the environment.
package struct SettingTexts: Sendable {
  package var flags: [SettingName: String]
  package var environment: [String: String]

  package init(flags: [SettingName: String] = [:], environment: [String: String] = [:]) {
    self.flags = flags
    self.environment = environment
  }

  /// The text of a setting and the name that it was given under; an empty variable counts as not set.
  func text(_ name: SettingName) -> (value: String, origin: String)? {
    if let flag = flags[name] { return (flag, name.flag) }
    guard let variable = environment[name.variable], !variable.isEmpty else { return nil }
    return (variable, name.variable)
  }

  func integer(_ name: SettingName, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
    guard let (value, origin) = text(name) else { return nil }
    guard let number = Int(value), range.contains(number) else {
      throw SettingsError(
        "\(origin) is '\(value)'; expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: SettingName, of type: Choice.Type
  ) throws(SettingsError) -> Choice? where Choice.RawValue == String {
    guard let (value, origin) = text(name) else { return nil }
    guard let choice = Choice(rawValue: value) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw SettingsError("\(origin) is '\(value)'; expected one of \(known)")
    }
    return choice
  }
}
