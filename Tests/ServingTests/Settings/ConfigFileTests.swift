import ModelFixtures
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct ConfigFileTests {
  private func read(_ text: String) throws -> [SettingName: String] {
    let file = try TemporaryFile(Array(text.utf8))
    return try ConfigFile.read(file.path)
  }

  private func refusal(_ text: String) -> String {
    #expect(throws: SettingsError.self) { try read(text) }?.description ?? ""
  }

  @Test(
    "keys are the names of flags; texts, numbers, truth values and lists of texts become what a flag would say"
  )
  func values() throws {
    let settings = try read(
      """
      # A comment.
      alias = "smol"
      port = 8_080
      kv-budget = 0.5
      prefix-cache = false
      cors-origins = ["https://a.example", "https://b.example"]
      """)
    #expect(
      settings == [
        .alias: "smol", .port: "8080", .kvBudget: "0.5", .prefixCache: "off",
        .corsOrigins: "https://a.example,https://b.example",
      ])
  }

  @Test(
    "what is no TOML is refused with its line", arguments: ["port = ", "port 8080", "port = 1\nport = 2"])
  func syntax(text: String) {
    #expect(refusal(text).contains("line \(text.contains("\n") ? 2 : 1), column "))
  }

  @Test(
    "an unknown key is refused with what is known",
    arguments: ["prot = 1", "[kv]\nmemory = 1", "config = \"x\""])
  func unknown(text: String) {
    #expect(refusal(text).contains("unknown setting '"))
    #expect(refusal(text).contains("kv-memory"))
  }

  @Test(
    "a value of another kind is refused with its key",
    arguments: ["port = 1979-05-27", "port = {a = 1}", "cors-origins = [1]", "[port]"])
  func kinds(text: String) {
    #expect(refusal(text).contains(text.contains("cors") ? "'cors-origins'" : "'port'"))
  }

  @Test("what is no text is refused", arguments: [[0x61, 0xFF], [0x23, 0x00]])
  func noText(bytes: [UInt8]) throws {
    let file = try TemporaryFile(bytes)
    #expect(throws: SettingsError.self) { try ConfigFile.read(file.path) }
  }

  @Test("the file is beaten by the environment and that by flags, field by field where a setting has fields")
  func order() throws {
    let file = try TemporaryFile(
      Array("port = 1\nalias = \"file\"\nmax-queue = 3\nkv-options = \"roco; budget=9; stride=3\"".utf8))
    let settings = try Settings(
      SettingTexts(
        flags: [.model: #filePath, .config: file.path, .port: "2"],
        environment: ["KVOTA_PORT": "5", "KVOTA_ALIAS": "variable", "KVOTA_KV_BUDGET": "12"]),
      machine: MachineMemory(totalBytes: 8 << 30, availableBytes: 4 << 30))
    #expect(settings.listening.portText == "2" && settings.origins[.port] == "--port")
    #expect(settings.alias == "variable" && settings.origins[.alias] == "KVOTA_ALIAS")
    #expect(settings.engine.maxQueue == 3 && settings.origins[.maxQueue] == "max-queue in \(file.path)")
    #expect(try settings.cacheDefaults == CacheOptions(header: "roco; budget=12; stride=3"))
  }

  @Test("a value out of range is refused under its key and file, and a file that is not there under its flag")
  func range() throws {
    let file = try TemporaryFile(Array("model = \"\(#filePath)\"\nport = 65536".utf8))
    func settings(_ path: String) throws -> Settings {
      try Settings(
        SettingTexts(flags: [.config: path]), machine: MachineMemory(totalBytes: nil, availableBytes: nil))
    }
    let range = #expect(throws: SettingsError.self) { try settings(file.path) }
    #expect(range?.description.hasPrefix("port in \(file.path) is '65536'") == true)
    let absent = #expect(throws: SettingsError.self) { try settings("/nowhere/kvota.toml") }
    #expect(absent?.description.hasPrefix("--config: '/nowhere/kvota.toml'") == true)
  }
}
