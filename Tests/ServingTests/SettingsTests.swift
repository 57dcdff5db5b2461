import Foundation
import HTTP
import Models
import OpenAIAPI
import Testing
import Transport

@testable import Serving

@Suite struct SettingsTests {
  private static let machine = MachineMemory(totalBytes: 8 << 30, availableBytes: 4 << 30)

  private func settings(
    _ flags: [SettingName: String] = [:], _ environment: [String: String] = [:]
  ) throws -> Settings {
    // Any file will do: only loading reads it.
    let flags = flags.merging([.model: #filePath]) { given, _ in given }
    return try Settings(SettingTexts(flags: flags, environment: environment), machine: Self.machine)
  }

  @Test("flags beat the environment, which beats defaults; an empty variable is none")
  func order() throws {
    #expect(try settings().listening.address == .internet(host: "127.0.0.1", port: 8080))
    #expect(try settings([:], ["KVOTA_PORT": "1"]).listening.address == .internet(host: "127.0.0.1", port: 1))
    #expect(
      try settings([.port: "2"], ["KVOTA_PORT": "1"]).listening.address
        == .internet(host: "127.0.0.1", port: 2))
    #expect(
      try settings([:], ["KVOTA_PORT": ""]).listening.address == .internet(host: "127.0.0.1", port: 8080))
  }

  @Test("keys and values are stored in half precision unless the type says bytes")
  func kvType() throws {
    #expect(try settings().engine.kvType == .f16)
    #expect(try settings([.kvType: "q8"]).engine.kvType == .q8)
    #expect(try settings([:], ["KVOTA_KV_TYPE": "q8"]).engine.kvType == .q8)
  }

  @Test("presets are listed with the model; one that nobody could ask for is refused by name")
  func presets() throws {
    #expect(try settings().cachePresets.contains("roco-512"))
    let told = try settings([:], ["KVOTA_KV_PRESETS": "roco-64MiB  h2o-0.5;pins=system,message:0"])
    #expect(told.cachePresets == ["roco-64MiB", "h2o-0.5;pins=system,message:0"])
    for preset in ["best-512", "roco-0", "512", "roco;pins=everything"] {
      let error = #expect(throws: SettingsError.self) { try settings([.kvPresets: "full \(preset)"]) }
      #expect(
        error?.description.hasPrefix("--kv-presets has '\(preset)', expected one such as roco-512") == true)
    }
  }

  @Test("steps last 50 ms at most unless it is said")
  func stepTime() throws {
    #expect(try settings().engine.stepSeconds == 0.05)
    #expect(try settings([:], ["KVOTA_STEP_MS": "500"]).engine.stepSeconds == 0.5)
  }

  @Test("rotary positions are the file's unless asked for, a kind of scaling together with its factor")
  func rotary() throws {
    #expect(try settings().engine.rotary == RotarySettings())
    let asked = try settings([.ropeScaling: "yarn", .ropeFactor: "4", .ropeBase: "5e5", .context: "100"])
    let rotary = asked.engine.rotary
    #expect(rotary.scaling == .yarn && rotary.factor == 4 && rotary.base == 500_000)
    #expect(rotary.contextLength == 100 && asked.text(.ropeScaling) == "yarn")
    let bad: [[SettingName: String]] = [
      [.ropeScaling: "su"], [.ropeScaling: "yarn"], [.ropeFactor: "2"], [.ropeBase: "x"], [.ropeBase: "-1"],
      [.ropeScaling: "ntk", .ropeFactor: "nan"],
    ]
    for flags in bad {
      #expect { try settings(flags) } throws: { error in "\(error)".contains("--rope-") }
    }
  }

  @Test("the model is a file, a folder, or the name of one in the cache folder; a folder can be rounded")
  func models() throws {
    let parts = #filePath.split(separator: "/")
    let folder = "/" + parts.dropLast().joined(separator: "/")
    let named = try settings([.model: String(parts[parts.count - 1])], ["KVOTA_CACHE": folder])
    #expect(named.modelPath == "\(folder)/\(parts[parts.count - 1])" && named.quantization == nil)
    #expect(try settings([.model: folder, .quantize: "q4_1"]).quantization == .q4_1)
    #expect(throws: SettingsError.self) {
      try settings([.model: "../SettingsTests.swift"], ["KVOTA_CACHE": folder])
    }
  }

  @Test("what a client may use is the contract's, unless set")
  func connectionLimits() throws {
    #expect(try settings().http == HTTPLimits())
    let flags: [SettingName: String] = [
      .maxBody: "1MiB", .maxConnections: "9", .maxConnectionsPerAddress: "8", .headerSeconds: "7",
      .bodyIdleSeconds: "6", .bodyBytesPerSecond: "5", .keepAliveSeconds: "4", .keepAliveRequests: "3",
      .writeStallSeconds: "2", .maxRequestLine: "1KiB", .maxHeader: "2KiB", .maxHeaders: "3KiB",
      .maxHeaderCount: "4",
      .outputBuffer: "5KiB", .maxJSONDepth: "6",
    ]
    var expected = HTTPLimits()
    expected.bodyBytes = 1 << 20
    (expected.connections, expected.connectionsPerAddress) = (9, 8)
    (expected.headerTime, expected.bodyIdleTime, expected.bodyBytesPerSecond) = (.seconds(7), .seconds(6), 5)
    (expected.keepAliveTime, expected.requestsPerConnection) = (.seconds(4), 3)
    expected.writeStallTime = .seconds(2)
    (expected.requestLineBytes, expected.headerFieldBytes, expected.headerSectionBytes) = (1024, 2048, 3072)
    (expected.headerFieldCount, expected.outputBufferBytes) = (4, 5120)
    #expect(try settings(flags).http == expected)
    #expect(try settings().jsonDepth == 64 && settings(flags).jsonDepth == 6)
  }

  @Test("each setting has its variable")
  func variables() {
    #expect(SettingName.kvMemory.variable == "KVOTA_KV_MEMORY")
    #expect(SettingName.drainSeconds.variable == "KVOTA_DRAIN_SECONDS")
  }

  @Test(
    "a value out of range is refused under the name it was given by",
    arguments: [
      (SettingName.port, "65536"), (.port, "-1"), (.port, "http"), (.threads, "0"), (.context, "0"),
      (.maxSequences, "0"), (.maxQueue, "-1"), (.maxQueue, "9999999999999999999"), (.kvMemory, "2 GiB"),
      (.kvMemory, "0%"), (.kvMemory, "9GiB"),
      (.kvMemory, "9223372036854775807GiB"), (.kvBudget, "0"), (.kvBudget, "1.5"), (.kvType, "int8"),
      (.kvPolicy, "lru"), (.quantize, "q9"), (.quantize, "q8_0"),
      (.kvOptions, "pool=6"),
      (.kvOptions, "pins=everything"),
      (.log, "xml"), (.logLevel, "loud"), (.alias, "a@b"), (.drainSeconds, "-5"), (.model, "/nowhere/x.gguf"),
      (.maxBody, "0"), (.maxBody, "2GiB"), (.maxBody, "50%"), (.maxConnections, "0"), (.headerSeconds, "0"),
      (.bodyIdleSeconds, "1.5"), (.bodyBytesPerSecond, "0"), (.keepAliveRequests, "0"),
      (.writeStallSeconds, "-1"), (.maxRequestLine, "0"), (.maxHeader, "2MiB"), (.maxHeaders, "-1"),
      (.maxHeaderCount, "0"), (.outputBuffer, "1GiB"), (.maxJSONDepth, "257"),
    ])
  func refused(name: SettingName, value: String) {
    let byFlag = #expect(throws: SettingsError.self) { try settings([name: value]) }
    #expect(byFlag?.description.contains(name.flag) == true)
    guard name != .model else { return }
    let byVariable = #expect(throws: SettingsError.self) { try settings([:], [name.variable: value]) }
    #expect(byVariable?.description.contains(name.variable) == true)
  }

  @Test("listening beyond this machine without keys is told at the start")
  func openServer() throws {
    #expect(try settings([.host: "0.0.0.0"]).notices.contains { $0.contains("--api-key-file") })
    #expect(try settings([.host: "0.0.0.0"], ["KVOTA_API_KEY": "0123456789abcdef"]).notices.isEmpty)
    for host in ["127.0.0.1", "::1", "localhost"] { #expect(try settings([.host: host]).notices.isEmpty) }
  }

  @Test("keys that cannot be read keep the server from starting, and are not in the error")
  func badKeys() throws {
    let variable = #expect(throws: SettingsError.self) { try settings([:], ["KVOTA_API_KEY": "too-short"]) }
    #expect(variable?.description.hasPrefix("KVOTA_API_KEY: ") == true)
    #expect(variable?.description.contains("too-short") == false)
    let file = #expect(throws: SettingsError.self) { try settings([.apiKeyFile: "/nowhere"]) }
    #expect(file?.description.hasPrefix("--api-key-file: '/nowhere'") == true)
    #expect(throws: SettingsError.self) {
      try settings([.apiKeyFile: #filePath], ["KVOTA_API_KEY": "0123456789abcdef"])
    }
  }

  @Test("each setting has a text, and says where it was set")
  func listing() throws {
    let settings = try settings(
      [.port: "1", .kvPolicy: "roco"], ["KVOTA_KV_BUDGET": "50%", "KVOTA_API_KEY": "0123456789abcdef"])
    let texts = Dictionary(uniqueKeysWithValues: SettingName.allCases.map { ($0, settings.text($0)) })
    #expect(texts[.port] == "1" && settings.origins[.port] == "--port")
    #expect(texts[.kvBudget] == "0.5 of the prompt" && settings.origins[.kvBudget] == "KVOTA_KV_BUDGET")
    #expect(texts[.maxQueue] == "256" && settings.origins[.maxQueue] == nil)
    #expect(!texts.values.contains { $0.isEmpty || $0.contains("0123456789abcdef") })
  }

  @Test("no more threads than processors: by default as many, more are cut with a notice")
  func threads() throws {
    func settings(_ threads: String?) throws -> Settings {
      let flags: [SettingName: String?] = [.model: #filePath, .threads: threads]
      return try Settings(
        SettingTexts(flags: flags.compactMapValues { $0 }, environment: [:]), machine: Self.machine,
        processors: 4)
    }
    for (asked, used) in [(nil, 4), ("1", 1), ("4", 4)] {
      #expect(try settings(asked).engine.threads == used)
      #expect(try settings(asked).notices.isEmpty)
    }
    #expect(try settings("5").engine.threads == 4)
    #expect(try settings("5").notices.first?.hasPrefix("threads: 5 asked for, 4 in use") == true)
  }

  @Test(
    "a control group's quota bounds the processors; half a processor's time is worth a thread",
    arguments: [
      ([], 4), (["max 100000\n"], 4), (["200000 100000\n"], 2), (["150000 100000\n"], 2),
      (["50000 100000\n"], 1), (["800000 100000\n"], 4), (["300000 100000\n", "max 100000\n"], 3),
      (["200000 100000\n", "100000 100000\n"], 1), (["x y\n", "0 0\n", ""], 4),
    ])
  func quotas(texts: [String], processors: Int) {
    #expect(ProcessorShare.count(processors: 4, quotas: texts) == processors)
  }

  @Test("a default policy that evicts needs a default budget")
  func policyWithoutBudget() throws {
    #expect(throws: SettingsError.self) { try settings([.kvPolicy: "roco"]) }
    #expect(try settings([.kvPolicy: "roco", .kvBudget: "50%"]).cacheDefaults.budget == .ratio(0.5))
  }

  @Test("defaults are options as in the header, and flags beat the environment field by field")
  func cacheDefaults() throws {
    let options = try settings(
      [.kvPolicy: "h2o", .kvOptions: "budget=9; decay=0.9; pins=system"],
      ["KVOTA_KV_OPTIONS": "roco; stride=3; decay=0.8; prefill_margin=0.2", "KVOTA_KV_BUDGET": "5"]
    ).cacheDefaults
    #expect(try options == CacheOptions(header: "h2o; budget=9; stride=3; decay=0.9; pins=system"))
    let told = try settings([.kvPolicy: "roco", .kvOptions: "budget=64; pins=system"])
    #expect(told.cacheDefaultText == "roco, 64 slots" && told.cacheOptionsText == "budget=64; pins=system")
  }

  @Test(
    "defaults that no request could be run with are refused at the start",
    arguments: [
      "mode=late", "allocator=robin", "roco", "roco; budget=9; margin=1",
      "roco; budget=9; recent=1; recent_ratio=0.5",
      "roco; budget=9; positions=cache; allocator=ada", "random; budget=9; faithful=true",
    ])
  func senselessDefaults(options: String) {
    #expect(throws: SettingsError.self) { try settings([.kvOptions: options]) }
  }

  @Test("defaults may name messages, which only requests have")
  func defaultsOfChats() throws {
    #expect(
      try settings([.kvOptions: "roco; budget=64; fair=true; pins=system,message:3"]).cacheDefaults.fair
        == true)
  }

  @Test("a cache under which no long text could be answered is not one for requests that say nothing")
  func longTexts() throws {
    for text in [
      "full", "full; budget=4096", "roco; budget=512", "budget=50%", "budget=64MiB", "pins=system",
    ] {
      try settings([.kvOptions: text]).checkLongTexts()
    }
    let error = #expect(throws: SettingsError.self) {
      try settings([:], ["KVOTA_KV_OPTIONS": "roco; budget=8; sinks=100"]).checkLongTexts()
    }
    #expect(error?.description.contains("KVOTA_KV_OPTIONS") == true)
  }

  @Test("memory is bytes, with a unit, or a share of the machine's")
  func memory() throws {
    #expect(try settings([.kvMemory: "3GiB"]).engine.kvPoolBytes == 3 << 30)
    #expect(try settings([.kvMemory: "25%"]).engine.kvPoolBytes == 2 << 30)
    #expect(try settings([.kvMemory: "1000"]).engine.kvPoolBytes == 1000)
    #expect(try settings([.kvMemory: "3GiB"]).notices.isEmpty)
    #expect(
      try settings([.kvMemory: "5GiB"]).notices == [
        "kv-memory: 5.0 GiB may be used for caches, and only 4.0 GiB are free beside the model now"
      ])
  }

  @Test("by default half of what the model leaves free is for caches, and never nothing")
  func defaultMemory() {
    #expect(Self.machine.defaultPoolBytes(modelBytes: 1 << 30) == 3 << 29)
    #expect(Self.machine.defaultPoolBytes(modelBytes: 8 << 30) == 64 << 20)
  }

  @Test("free memory is read from the system's table; one without it is unknown")
  func meminfo() {
    let text = "MemTotal:       16000 kB\nMemFree:  1 kB\nMemAvailable:    9000 kB\n"
    #expect(
      MachineMemory(meminfo: text) == MachineMemory(totalBytes: 16000 << 10, availableBytes: 9000 << 10))
    #expect(
      MachineMemory(meminfo: "MemTotal: many kB") == MachineMemory(totalBytes: nil, availableBytes: nil))
  }

  @Test("an alias is the file's name without its ending, or what was said")
  func alias() throws {
    #expect(try settings().alias == "SettingsTests.swift")
    #expect(try settings([.alias: "smol"]).alias == "smol")
    let cache = NSTemporaryDirectory() + "kvota-cache-\(UUID())"
    try FileManager.default.createDirectory(atPath: cache, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: cache) }
    try Data().write(to: URL(filePath: "\(cache)/\(ModelFile.defaultName)"))
    let texts = SettingTexts(flags: [:], environment: ["KVOTA_CACHE": cache])
    #expect(try Settings(texts, machine: Self.machine).alias == "smollm2-135m-instruct")
  }

  @Test("fetched models lie where the environment says")
  func cacheFolder() {
    #expect(ModelFile.cacheFolder(["KVOTA_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/a")
    #expect(ModelFile.cacheFolder(["KVOTA_CACHE": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"]) == "/b/kvota")
    #expect(ModelFile.cacheFolder(["HOME": "/c"]) == "/c/.cache/kvota")
  }

  @Test("without a model the error says how to get one")
  func noModel() {
    let error = #expect(throws: SettingsError.self) {
      try Settings(SettingTexts(environment: ["KVOTA_CACHE": "/nowhere"]), machine: Self.machine)
    }
    #expect(error?.description.contains("make model") == true)
  }
}
