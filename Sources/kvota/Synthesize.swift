import ArgumentParser
import Foundation
import Serving
import Synthesis

/// `kvota synthesize`: a model file without a download.
struct Synthesize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make up a model file of a real model's shape, with random weights.",
    discussion: """
      Loading time, memory and speed depend on a model's shape, not on what it learned, so such a file tells how \
      the real one would run here; its text is noise. Other programs that read GGUF can run it too.

        kvota synthesize llama-3.2-1b --out 1b.gguf
        kvota bench --model 1b.gguf
        kvota synthesize llama-2-7b --type q4_k --out 7b.gguf

      Shapes: \(ModelShape.all.map(\.name).joined(separator: ", ")). Types: q4_0 and q8_0 are what their names \
      say, with an output matrix of at least 6 bits; q4_k is the mixture known as Q4_K_M. The same seed gives \
      the same file.
      """)

  @Argument(help: "The model to be like: \(ModelShape.all.map(\.name).joined(separator: ", ")).")
  var shape: String

  @Option(help: "The type of the weights: \(WeightType.allCases.map(\.rawValue).joined(separator: ", ")).")
  var type = WeightType.q4_0.rawValue

  @Option(help: ArgumentHelp("Where to write.", valueName: "file"))
  var out: String

  @Option(help: "What random numbers begin with.")
  var seed: UInt64 = 0

  @Flag(help: "Replace a file that is there.")
  var force = false

  func run() throws {
    guard let shape = ModelShape.named(shape) else {
      throw ValidationError(
        "unknown shape '\(shape)'; known: \(ModelShape.all.map(\.name).joined(separator: ", "))")
    }
    guard let type = WeightType(rawValue: type) else {
      throw ValidationError(
        "unknown type '\(type)'; known: \(WeightType.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let progress = LoadingProgress("writing") { Console.note($0) }
    try SyntheticModel(shape, type, seed: seed)
      .write(to: out, overwriting: force, progress: progress.show)
    Console.print("\(out): \(MemorySize.text(ModelFile.bytes(out)))")
  }
}
