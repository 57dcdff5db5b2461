import ArgumentParser
import Foundation
import Serving

/// Which model to load, and onto what.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The model: a GGUF file, a folder of safetensors, or the name of a fetched one; by default the one of `make model`.",
      valueName: "path"))
  var model: String?

  @Option(help: QuantizeHelp.text)
  var quantize: String?

  @Option(help: "Compute threads, at most one for each processor we may use. (default: as many)")
  var threads: String?

  @Option(
    help: ArgumentHelp(
      "Memory for the cache: 2GiB, 512MiB, or a share such as 25%. (default: half of what is free)",
      valueName: "size"))
  var kvMemory: String?

  @Option(help: KeyValueTypeHelp.text)
  var kvType: String?

  @OptionGroup
  var rotary: RotaryFlags

  func settings(_ cache: CacheFlags? = nil) throws -> Settings {
    let flags: [SettingName: String?] = [
      .model: model, .quantize: quantize, .threads: threads, .kvMemory: kvMemory, .kvType: kvType,
      .maxQueue: "1",
      .maxSequences: "1",
    ]
    let settings = try Settings(
      SettingTexts(
        flags: flags.merging(cache?.settings ?? [:]) { $1 }.merging(rotary.settings) { $1 }
          .compactMapValues { $0 },
        environment: ProcessInfo.processInfo.environment),
      machine: .current)
    for notice in settings.notices { Console.note(notice) }
    return settings
  }
}

/// What `--quantize` is said to do wherever it can be given.
enum QuantizeHelp {
  static let text = ArgumentHelp(
    "Round the matrices of a folder of safetensors when they are loaded: q8_0 or q4_1. (default: as they are)",
    valueName: "type")
}

/// What `--kv-type` is said to do wherever it can be given.
enum KeyValueTypeHelp {
  static let text = ArgumentHelp(
    "How keys and values are stored: f16, or q8 in about half the memory. (default: f16)",
    valueName: "type")
}

/// How tokens are drawn.
struct SamplingOptions: ParsableArguments {
  @Option(help: "Divides the logits; 0 takes the likeliest token always. (default: 1)")
  var temperature: Double?

  @Option(
    help: ArgumentHelp("Keeps the likeliest tokens that together reach this share.", valueName: "share"))
  var topP: Double?

  @Option(help: ArgumentHelp("Keeps this many of the likeliest tokens.", valueName: "count"))
  var topK: Int?

  @Option(
    help: ArgumentHelp("Keeps tokens at least this share as likely as the likeliest.", valueName: "share"))
  var minP: Double?

  @Option(help: ArgumentHelp("Makes repeated tokens less likely; 1 does nothing.", valueName: "divisor"))
  var repeatPenalty: Double?

  @Option(help: "The same seed gives the same text.")
  var seed: Int?

  /// As the API names them.
  var numbers: [String: Double] {
    let all = [
      "temperature": temperature, "top_p": topP, "top_k": topK.map(Double.init), "min_p": minP,
      "repeat_penalty": repeatPenalty,
    ]
    return all.compactMapValues { $0 }
  }
}

/// What caches may keep: for `kvota serve` the defaults, for `kvota generate` the request.
struct CacheFlags: ParsableArguments {
  @Option(help: ArgumentHelp("The eviction policy; see `kvota policies`. (default: full)", valueName: "name"))
  var kvPolicy: String?

  @Option(
    help: ArgumentHelp("Slots (512), a share of the prompt (0.5, 50%) or bytes (64MiB).", valueName: "budget")
  )
  var kvBudget: String?

  @Option(
    help: ArgumentHelp(
      "Any options as in the header x-kvota-kv: \"stride=16; pins=system\"; see `kvota policies`.",
      valueName: "options"))
  var kvOptions: String?

  var settings: [SettingName: String?] {
    [.kvPolicy: kvPolicy, .kvBudget: kvBudget, .kvOptions: kvOptions]
  }
}
