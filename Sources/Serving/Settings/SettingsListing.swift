import HTTP
import Inference
import Kernels
import Models
import Safetensors
import Transport

/// The settings one by one, as `--check-config` shows them.
extension Settings {
  /// What holds for a setting, defaults filled in.
  package func text(_ name: SettingName) -> String {
    switch name {
    case .config: configPath ?? "none"
    case .model: modelPath
    case .quantize: quantization?.rawValue ?? "none"
    case .alias: alias
    case .host: listening.hostText
    case .port: listening.portText
    case .tlsCertificate: listening.tls?.certificate ?? "none"
    case .tlsKey: listening.tls?.key ?? "none"
    case .threads: "\(engine.threads)"
    case .context: engine.contextLength.map(String.init) ?? "the model's"
    case .chatTemplate: chatTemplate.text
    case .chatTemplateFile: chatTemplate.path ?? "none"
    case .kvMemory: MemorySize.text(engine.kvPoolBytes)
    case .kvType: engine.kvType.rawValue
    case .kvPolicy: CacheDefaults.policyText(cacheDefaults)
    case .kvBudget: CacheDefaults.budgetText(cacheDefaults) ?? "none"
    case .kvOptions: cacheOptionsText ?? "none"
    case .kvPresets: cachePresets.joined(separator: " ")
    case .kvEvents: (showsCaches ? Switch.on : .off).rawValue
    case .ropeScaling: engine.rotary.scaling?.rawValue ?? "the model's"
    case .ropeFactor: engine.rotary.factor.map { "\($0)" } ?? "the model's"
    case .ropeBase: engine.rotary.base.map { "\($0)" } ?? "the model's"
    case .prefixCache: (engine.prefixCache ? Switch.on : .off).rawValue
    case .maxQueue: "\(engine.maxQueue)"
    case .maxQueueTokens: "\(engine.maxQueueTokens)"
    case .maxSequences: "\(engine.maxSequences)"
    case .maxPerClient: engine.maxPerClient.map(String.init) ?? "no limit"
    case .stepMilliseconds: "\(Int((engine.stepSeconds * 1000).rounded()))"
    case .sessionDir: sessionFolder ?? "none"
    case .sessionLimit: MemorySize.text(sessionLimitBytes)
    case .speculate: "\(speculation)"
    case .apiKeyFile: keySource.text
    case .corsOrigins: crossOrigin.text
    case .drainSeconds: "\(drainSeconds)"
    case .maxBody: MemorySize.text(http.bodyBytes)
    case .maxConnections: "\(http.connections)"
    case .maxConnectionsPerAddress: "\(http.connectionsPerAddress)"
    case .headerSeconds: Self.seconds(http.headerTime)
    case .bodyIdleSeconds: Self.seconds(http.bodyIdleTime)
    case .bodyBytesPerSecond: "\(http.bodyBytesPerSecond)"
    case .keepAliveSeconds: Self.seconds(http.keepAliveTime)
    case .keepAliveRequests: "\(http.requestsPerConnection)"
    case .writeStallSeconds: Self.seconds(http.writeStallTime)
    case .maxRequestLine: MemorySize.text(http.requestLineBytes)
    case .maxHeader: MemorySize.text(http.headerFieldBytes)
    case .maxHeaders: MemorySize.text(http.headerSectionBytes)
    case .maxHeaderCount: "\(http.headerFieldCount)"
    case .maxJSONDepth: "\(jsonDepth)"
    case .outputBuffer: MemorySize.text(http.outputBufferBytes)
    case .log: logFormat.rawValue
    case .logLevel: logLevel.rawValue
    }
  }

  private static func seconds(_ time: Duration) -> String { "\(time.components.seconds)" }
}

extension TemplateChoice {
  fileprivate var text: String {
    switch self {
    case .model: "the model's"
    case .named(let name, _): name
    case .file: "the file's"
    case .written(let template): "a text of \(template.utf8.count) bytes"
    }
  }

  fileprivate var path: String? { if case .file(let path, _) = self { path } else { nil } }
}

extension KeySource {
  fileprivate var text: String {
    switch self {
    case .none: "none"
    case .file(let path): path
    // Never the keys themselves.
    case .variable: "none, the keys are in KVOTA_API_KEY"
    }
  }
}

extension CrossOrigin {
  fileprivate var text: String {
    switch self {
    case .none: "none"
    case .any: "*"
    case .listed(let origins): origins.joined(separator: ",")
    }
  }
}
