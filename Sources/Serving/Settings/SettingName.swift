/// What `kvota serve` can be told: each name is a flag, a variable of the environment and a key of the file.
package enum SettingName: String, CaseIterable, Sendable {
  case config, model, quantize, alias, host, port, threads, context
  case chatTemplate = "chat-template"
  case chatTemplateFile = "chat-template-file"
  case kvMemory = "kv-memory"
  case kvOptions = "kv-options"
  case kvType = "kv-type"
  case kvPolicy = "kv-policy"
  case kvBudget = "kv-budget"
  case kvPresets = "kv-presets"
  case kvEvents = "kv-events"
  case ropeScaling = "rope-scaling"
  case ropeFactor = "rope-factor"
  case ropeBase = "rope-base"
  case prefixCache = "prefix-cache"
  case maxQueue = "max-queue"
  case maxQueueTokens = "max-queue-tokens"
  case maxSequences = "max-sequences"
  case maxPerClient = "max-per-client"
  case stepMilliseconds = "step-ms"
  case sessionDir = "session-dir"
  case sessionLimit = "session-limit"
  case speculate
  case apiKeyFile = "api-key-file"
  case corsOrigins = "cors-origins"
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
  case maxRequestLine = "max-request-line"
  case maxHeader = "max-header"
  case maxHeaders = "max-headers"
  case maxHeaderCount = "max-header-count"
  case maxJSONDepth = "max-json-depth"
  case outputBuffer = "output-buffer"
  case tlsCertificate = "tls-cert"
  case tlsKey = "tls-key"
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
