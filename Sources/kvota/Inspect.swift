import ArgumentParser
import GGUF
import Serving

/// `kvota inspect`: what is in a model file, and what it will cost.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is in a GGUF file, and how much memory its sequences take under which budget.",
    discussion: """
        kvota inspect model.gguf
        kvota inspect --json model.gguf | jq .kv_bytes_per_token
      """)

  @Argument(help: "The GGUF file.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let report = try ModelReport(GGUFFile(path: file), fileBytes: ModelFile.bytes(file), machine: .current)
    Console.print(json ? try JSONText.of(report) : report.text)
  }
}
