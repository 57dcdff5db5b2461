import Glibc
package import HTTP
package import Inference
import Kernels
import Models
package import OpenAIAPI
package import Safetensors

/// All that a server is told before it starts, checked.
package struct Settings: Sendable, Equatable {
  /// The file that settings were read from, if any.
  package var configPath: String?
  package var modelPath: String
  /// What the matrices of a model folder are rounded to when it is loaded; nil leaves them as they are.
  package var quantization: Quantization?
  /// What requests call the model.
  package var alias: String
  package var listening: ListeningSettings
  /// What makes prompts of conversations.
  package var chatTemplate = TemplateChoice.model
  /// What requests get that say nothing about their cache.
  package var cacheDefaults = CacheOptions()
  /// Their policy and budget for people, as in `roco, 512 slots`.
  package var cacheDefaultText = ""
  /// The further options among them as they were given.
  package var cacheOptionsText: String?
  /// The caches that are listed with the model, such as `roco-512`.
  package var cachePresets = CachePresets.usual
  package var engine: EngineSettings
  /// Where sessions are saved; nil if they are not.
  package var sessionFolder: String?
  /// Bytes that all sessions may take there.
  package var sessionLimitBytes = 4 << 30
  /// Tokens to guess in a step for requests that do not say.
  package var speculation = 0
  /// Whose requests are served.
  package var keySource = KeySource.none
  /// Which web pages may call it.
  package var crossOrigin = CrossOrigin.none
  /// Whether the caches of running requests may be watched.
  package var showsCaches = false
  /// How long running requests may take to finish once the server is told to stop.
  package var drainSeconds = 30
  /// What one client may use of the server.
  package var http = HTTPLimits()
  /// The most levels of a body's JSON.
  package var jsonDepth = JSONParser.depthLimit
  package var logFormat = LogFormat.text
  package var logLevel = LogLevel.info
  /// What differs from what was asked for, to be told at the start.
  package var notices: [String] = []
  /// Where each setting was said that is not at its default, such as `--port` or `KVOTA_PORT`.
  package var origins: [SettingName: String] = [:]

  /// Reads the settings; what is not set gets its default, and no more threads compute than there are processors for us.
  ///
  /// Throws `SettingsError` for the first that cannot be used.
  package init(
    _ texts: SettingTexts, machine: MachineMemory, processors: Int = ProcessorShare.current,
    processID: Int32 = getpid()
  ) throws(SettingsError) {
    var texts = texts
    try texts.readFile()
    configPath = texts.text(.config)?.value
    let modelPath = try ModelFile.path(texts)
    let name = modelPath.split(separator: "/").last.map(String.init) ?? modelPath
    self.modelPath = modelPath
    quantization = try ModelFile.quantization(texts, path: modelPath)
    alias = try Self.alias(texts, fileName: name)
    chatTemplate = try TemplateChoice(texts)
    let threads = try texts.integer(.threads, in: 1...1024) ?? processors
    engine = try Self.engine(
      texts, threads: min(threads, processors), machine: machine, modelBytes: ModelFile.bytes(modelPath))
    if threads > processors {
      notices.append(
        "threads: \(threads) asked for, \(processors) in use, one for each processor that this process may use; "
          + "more would only wait for each other")
    }
    notices +=
      Self.poolNotice(engine.kvPoolBytes, machine: machine, modelBytes: ModelFile.bytes(modelPath)).map {
        [$0]
      } ?? []
    cacheDefaults = try CacheDefaults.options(texts)
    engine.budgetedCache = CacheDefaults.budgeted(cacheDefaults)
    cacheDefaultText = CacheDefaults.text(cacheDefaults)
    cacheOptionsText = texts.text(.kvOptions)?.value
    cachePresets = try CachePresets.presets(texts) ?? cachePresets
    listening = try ListeningSettings(texts, processID: processID)
    notices += listening.notices
    sessionFolder = texts.text(.sessionDir)?.value
    sessionLimitBytes = try Self.sessionLimitBytes(texts) ?? sessionLimitBytes
    speculation =
      try texts.integer(.speculate, in: 0...GenerationParameters.speculationLimit) ?? speculation
    showsCaches = try texts.choice(.kvEvents, of: Switch.self) == .on
    drainSeconds = try texts.integer(.drainSeconds, in: 0...86400) ?? drainSeconds
    http = try HTTPLimits(texts)
    jsonDepth = try texts.integer(.maxJSONDepth, in: 1...JSONParser.mostDepth) ?? jsonDepth
    logFormat = try texts.choice(.log, of: LogFormat.self) ?? logFormat
    logLevel = try texts.choice(.logLevel, of: LogLevel.self) ?? logLevel
    keySource = try KeySource(texts)
    crossOrigin = try CrossOrigin(texts)
    if keySource == .none, let host = listening.openHost {
      notices.append(
        "listening on \(host) without API keys: everybody who reaches the port may use it; see --api-key-file"
      )
    }
    for name in SettingName.allCases { origins[name] = texts.text(name)?.origin }
  }

  /// What follows an `@` in a request's model is about its cache, so an alias cannot hold one.
  private static func alias(_ texts: SettingTexts, fileName: String) throws(SettingsError) -> String {
    let isDefault = texts.text(.model) == nil
    let ownName = fileName.hasSuffix(".gguf") ? String(fileName.dropLast(5)) : fileName
    let (alias, origin) = texts.text(.alias) ?? (isDefault ? ModelFile.defaultAlias : ownName, "--alias")
    guard !alias.isEmpty, !alias.contains("@") else {
      throw SettingsError("\(origin) is '\(alias)'; expected a name without '@', such as my-model")
    }
    return alias
  }

  private static func engine(
    _ texts: SettingTexts, threads: Int, machine: MachineMemory, modelBytes: Int
  ) throws(SettingsError) -> EngineSettings {
    let pool = try poolBytes(texts, machine: machine, modelBytes: modelBytes)
    var engine = EngineSettings(kvPoolBytes: pool, threads: threads)
    engine.kvType = try texts.choice(.kvType, of: KeyValueType.self) ?? engine.kvType
    engine.maxQueue = try texts.integer(.maxQueue, in: 0...1_000_000) ?? engine.maxQueue
    engine.maxSequences = try texts.integer(.maxSequences, in: 1...4096) ?? engine.maxSequences
    engine.maxQueueTokens =
      try texts.integer(.maxQueueTokens, in: 1...1_000_000_000) ?? engine.maxQueueTokens
    engine.maxPerClient = try texts.integer(.maxPerClient, in: 1...1_000_000)
    if let milliseconds = try texts.integer(.stepMilliseconds, in: 1...10_000) {
      engine.stepSeconds = Double(milliseconds) / 1000
    }
    engine.prefixCache = try texts.choice(.prefixCache, of: Switch.self) != .off
    engine.contextLength = try texts.integer(.context, in: 1...Int(Int32.max))
    engine.rotary = try RotarySettings(texts, contextLength: engine.contextLength)
    return engine
  }

  private static func sessionLimitBytes(_ texts: SettingTexts) throws(SettingsError) -> Int? {
    guard let (value, origin) = texts.text(.sessionLimit) else { return nil }
    guard case .bytes(let bytes)? = MemorySize(value), bytes > 0 else {
      throw SettingsError("\(origin) is '\(value)'; expected bytes, such as 4GiB or 512MiB")
    }
    return bytes
  }

  private static func poolBytes(
    _ texts: SettingTexts, machine: MachineMemory, modelBytes: Int
  ) throws(SettingsError) -> Int {
    guard let (value, origin) = texts.text(.kvMemory) else {
      return machine.defaultPoolBytes(modelBytes: modelBytes)
    }
    guard let size = MemorySize(value), let bytes = size.bytes(of: machine.totalBytes), bytes > 0 else {
      throw SettingsError(
        "\(origin) is '\(value)'; expected bytes (2GiB, 512MiB) or a share of this machine's memory (25%)")
    }
    if let total = machine.totalBytes, bytes > total {
      throw SettingsError(
        "\(origin) is \(MemorySize.text(bytes)), and this machine, or the control group that we run in, has "
          + "\(MemorySize.text(total)); expected less, as the model and others need memory too")
    }
    return bytes
  }

  /// What is to be told of a pool that others' memory may not leave room for.
  private static func poolNotice(_ bytes: Int, machine: MachineMemory, modelBytes: Int) -> String? {
    guard let free = machine.availableBytes, bytes + modelBytes > free,
      bytes > machine.defaultPoolBytes(modelBytes: modelBytes)
    else { return nil }
    return "kv-memory: \(MemorySize.text(bytes)) may be used for caches, and only "
      + "\(MemorySize.text(max(0, free - modelBytes))) are free beside the model now"
  }
}

/// Whether something is done.
enum Switch: String, CaseIterable {
  case on, off
}

/// How log lines look.
package enum LogFormat: String, CaseIterable, Sendable {
  case text, json
}

/// Which log lines are written: these and graver ones.
package enum LogLevel: String, CaseIterable, Sendable {
  case debug, info, warning, error
}
