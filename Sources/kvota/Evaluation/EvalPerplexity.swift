import ArgumentParser
import Evaluation
import Foundation
import GGUF
import Inference
import Kernels
import Serving

/// `kvota eval perplexity`: how well the model predicts a text.
struct EvalPerplexity: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "perplexity",
    abstract: "How well the model predicts a text: less is better.",
    discussion: """
      Cuts the text into windows, feeds each from an empty cache, and scores the second half of each window. \
      llama.cpp's llama-perplexity does the same, so its figure for the same file, text and window can be compared:

        kvota eval perplexity --text wiki.test.txt --windows 20
        llama-perplexity -m model.gguf -f wiki.test.txt -c 512 --chunks 20
      """)

  @OptionGroup(title: "Model")
  var model: ModelOptions

  @Option(help: ArgumentHelp("The text, a UTF-8 file.", valueName: "file"))
  var text: String

  @Option(help: ArgumentHelp("Tokens in a window.", valueName: "tokens"))
  var window = 512

  @Option(help: ArgumentHelp("How many windows to take; all of the text by default.", valueName: "count"))
  var windows: Int?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if let windows, windows < 1 { throw ValidationError("--windows is \(windows); expected 1 or more") }
  }

  func run() throws {
    let settings = try model.settings()
    guard let content = try? String(contentsOfFile: text, encoding: .utf8) else {
      throw ValidationError("--text is '\(text)', which is no readable UTF-8 file")
    }
    let compute = Compute(
      instructions: try .fromEnvironment(), pool: try ThreadPool(threads: settings.engine.threads))
    let measurement = try PerplexityMeasurement(
      file: GGUFFile(path: settings.modelPath), compute: compute, window: window)
    let found = try measurement.run(content, windows: windows) { share, sofar in
      Console.redraw("\(Int(share * 100)) % of the text, perplexity \(Self.number(sofar.value)) so far")
    }
    Console.redraw("")
    let report = Report(
      perplexity: found.value, standardError: found.standardError, scoredTokens: found.tokens,
      windowTokens: window)
    Console.print(json ? try JSONText.of(report) : report.text)
  }

  private static func number(_ value: Double) -> String { String(format: "%.4f", value) }

  private struct Report: Encodable {
    let perplexity: Double
    let standardError: Double
    let scoredTokens: Int
    let windowTokens: Int

    var text: String {
      "perplexity \(number(perplexity)) +/- \(number(standardError)) "
        + "(\(scoredTokens) tokens scored, windows of \(windowTokens))"
    }
  }
}
