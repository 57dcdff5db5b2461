import ArgumentParser
import Foundation
import Safetensors
import Serving

/// `kvota inspect`: what is in a model, and what it will cost.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a model, and how much memory its sequences take under which budget.",
    discussion: """
        kvota inspect model.gguf
        kvota inspect --quantize q8_0 folder-of-safetensors
        kvota inspect --json model.gguf | jq .kv_bytes_per_token
      """)

  @Argument(help: "A GGUF file, a folder of safetensors, or the name of a fetched model.")
  var model: String

  @Option(help: QuantizeHelp.text)
  var quantize: String?

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let flags: [SettingName: String?] = [.model: model, .quantize: quantize]
    let settings = try Settings(
      SettingTexts(flags: flags.compactMapValues { $0 }, environment: ProcessInfo.processInfo.environment),
      machine: .current)
    let report = try ModelReport(
      settings.openModel(), fileBytes: ModelFile.bytes(settings.modelPath), machine: .current)
    Console.print(json ? try JSONText.of(report) : report.text)
  }
}
