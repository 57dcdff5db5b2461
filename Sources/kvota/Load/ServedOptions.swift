import ArgumentParser
import Foundation
import GGUF
import Inference
import Models
import Serving

/// The server that is loaded: which model, and what its caches may keep.
struct ServedOptions: ParsableArguments {
  @OptionGroup
  var model: ModelOptions

  @OptionGroup
  var cache: CacheFlags

  /// How our own server is started to have these options, beside model and threads.
  var flags: [String] {
    let options = [
      ("--kv-memory", model.kvMemory), ("--kv-policy", cache.kvPolicy), ("--kv-budget", cache.kvBudget),
      ("--kv-options", cache.kvOptions),
    ]
    return options.flatMap { name, value in value.map { [name, $0] } ?? [] }
  }

  func settings() throws -> Settings { try model.settings(cache) }

  static func configuration(of settings: Settings) throws -> ModelConfiguration {
    try Architectures.configuration(of: settings.openModel(), rotary: settings.engine.rotary)
  }
}

/// A llama-server beside ours.
struct PeerOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A llama-server to measure in turn with ours.", valueName: "path"))
  var peerServer: String?

  func validate() throws {
    guard let peerServer, !FileManager.default.isExecutableFile(atPath: peerServer) else { return }
    throw ValidationError(
      "--peer-server is '\(peerServer)', which is no program; expected llama-server's path")
  }

  func peer(_ settings: Settings) -> Peer? {
    peerServer.map { Peer(executable: $0, model: settings.modelPath, threads: settings.engine.threads) }
  }
}
