import ArgumentParser
import Caching
import Foundation
import Glibc
import Inference
import Logging
import Serving

/// `kvota serve`: the HTTP server.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve a model over HTTP, as OpenAI's API has it.",
    discussion: """
      Each option can also be set in the environment, as KVOTA_ and its name in
      capitals (KVOTA_KV_MEMORY=2GiB), and in the file that --config names, in
      TOML (kv-memory = "2GiB"). The command line beats the environment, and
      that the file; --check-config shows what holds, and where it was said.

        kvota serve --model llama.gguf --alias llama --port 8080
        kvota serve --kv-memory 4GiB --kv-policy roco --kv-budget 1024
        kvota serve --kv-policy roco --kv-budget 1024 --kv-options "pins=system"

      Requests choose their own cache by a field of the body, by a header, or
      by the model's name:

        curl http://127.0.0.1:8080/v1/completions \\
          -H 'content-type: application/json' \\
          -d '{"prompt": "The sea is", "kv_cache": {"policy": "h2o", "budget": 64}}'
        curl ... -H 'x-kvota-kv: roco; budget=256'
        curl ... -d '{"model": "llama@roco-256", ...}'

      With --api-key-file all but the probes want a key, as in
      `authorization: Bearer KEY`. The file, which nobody else may read
      (chmod 600), has a line for each:

        # name   key                                max=N, if need be
        alice    sk-3b1f52bd9c0e4a7d8f6a2c4e
        batch    sk-90aa1c7de2f84b5ab3d1f0c2        max=4
        metrics  sk-c4d2e8f06a1b4c3d9e7f5a8b        max=0

      max=N bounds the sequences that its holder may have here at a time, and
      max=0 lets them look only (GET). Names are for the log. KVOTA_API_KEY may
      have keys instead, separated by commas.

      SIGTERM lets running requests finish; a second signal ends at once.
      SIGHUP reads the API keys, the certificate and its key again. Sockets that
      systemd hands over (LISTEN_FDS) are used instead of --host and --port.
      """)

  @Option(
    help: ArgumentHelp(
      "Settings in TOML, with the names of these options. (default: none)", valueName: "file"))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "The model: a GGUF file, a folder with config.json and *.safetensors, or the name of one that `kvota fetch` fetched; "
        + "by default the one of `make model`.", valueName: "path"))
  var model: String?

  @Option(help: QuantizeHelp.text)
  var quantize: String?

  @Option(
    help: ArgumentHelp(
      "What requests call the model; by default the file's name, smollm2-135m-instruct for the default model.",
      valueName: "name"))
  var alias: String?

  @Option(
    help: ArgumentHelp(
      "The IP address to listen on, localhost, or unix:/path of a socket. (default: 127.0.0.1)",
      valueName: "address"))
  var host: String?

  @Option(help: "The port to listen on; 0 takes a free one. (default: 8080)")
  var port: String?

  @Option(
    help: ArgumentHelp(
      "The certificate for HTTPS, PEM, the server's own first. (default: none, plain HTTP)", valueName: "file"
    ))
  var tlsCert: String?

  @Option(help: ArgumentHelp("The certificate's private key, PEM.", valueName: "file"))
  var tlsKey: String?

  @Option(help: "Compute threads, at most one for each processor we may use. (default: as many)")
  var threads: String?

  @Option(
    help: ArgumentHelp(
      "Most tokens of a sequence, prompt included. (default: what the model was trained with)",
      valueName: "tokens"))
  var context: String?

  @Option(
    help: ArgumentHelp(
      "The chat template: chatml, gemma, hermes (with tools), llama3, zephyr, or its text in Jinja. (default: the model's)",
      valueName: "name"))
  var chatTemplate: String?

  @Option(help: ArgumentHelp("The chat template, a file in Jinja. (default: none)", valueName: "file"))
  var chatTemplateFile: String?

  @Option(
    help: ArgumentHelp(
      "Memory for all caches: 2GiB, 512MiB, or a share such as 25%. (default: half of what is free)",
      valueName: "size"))
  var kvMemory: String?

  @Option(
    help: ArgumentHelp(
      "Whether prompts that begin alike share what was computed of them: on or off. (default: on)",
      valueName: "switch"))
  var prefixCache: String?

  @Option(
    help: ArgumentHelp(
      "The caches that are listed in /v1/models as NAME@PRESET, with spaces: \"roco-512 h2o-256;pins=system\". (default: 512 slots of each policy)",
      valueName: "presets"))
  var kvPresets: String?

  @Option(
    help: ArgumentHelp(
      "Whether the caches of running requests may be watched, on the page too: on or off. (default: off)",
      valueName: "switch"))
  var kvEvents: String?

  @Option(help: KeyValueTypeHelp.text)
  var kvType: String?

  @Option(help: ArgumentHelp("Requests that may wait; more get 429. (default: 256)", valueName: "count"))
  var maxQueue: String?

  @Option(
    help: ArgumentHelp("Prompt tokens that may wait; more get 429. (default: 1048576)", valueName: "tokens"))
  var maxQueueTokens: String?

  @Option(help: ArgumentHelp("Sequences that compute at the same time. (default: 32)", valueName: "count"))
  var maxSequences: String?

  @Option(
    help: ArgumentHelp(
      "Sequences that one client, known by its key or else its address, may have here at a time. (default: no limit)",
      valueName: "count"))
  var maxPerClient: String?

  @Option(
    help: ArgumentHelp(
      "Milliseconds that a step may take while streams run; prompts are cut accordingly. (default: 50)",
      valueName: "time"))
  var stepMs: String?

  @Option(
    help: ArgumentHelp(
      "Folder that requests may save their caches to, as sessions. (default: none, no sessions)",
      valueName: "folder"))
  var sessionDir: String?

  @Option(help: ArgumentHelp("Most bytes of all sessions there. (default: 4GiB)", valueName: "size"))
  var sessionLimit: String?

  @Option(
    help: ArgumentHelp(
      "Tokens to guess in a step from the text so far, for requests that do not say; 0 to 15. (default: 0)",
      valueName: "count"))
  var speculate: String?

  @Option(
    help: ArgumentHelp(
      "API keys, without one of which only the probes answer; see above. (default: none)", valueName: "file"))
  var apiKeyFile: String?

  @Option(
    help: ArgumentHelp(
      "Web pages that may call the server, such as https://chat.example; several with commas, or *. (default: none)",
      valueName: "origins"))
  var corsOrigins: String?

  @Option(
    help: ArgumentHelp(
      "How long running requests may take to finish at the end. (default: 30)", valueName: "seconds"))
  var drainSeconds: String?

  @Option(
    help: ArgumentHelp("Form of the log on standard error: text or json. (default: text)", valueName: "form"))
  var log: String?

  @Option(
    help: ArgumentHelp(
      "Least grave lines to log: debug, info, warning or error. (default: info)", valueName: "level")
  )
  var logLevel: String?

  @Flag(help: "Check the settings, print them and exit.")
  var checkConfig = false

  @OptionGroup(title: "KV cache of requests that do not say")
  var cache: CacheFlags

  @OptionGroup(title: "Rotary positions")
  var rotary: RotaryFlags

  @OptionGroup(title: "What a client may use")
  var connections: ConnectionFlags

  func run() async throws {
    let settings = try Settings(texts, machine: .current)
    try settings.checkLongTexts()
    if checkConfig {
      try ServedModel.check(settings)
      for notice in settings.notices { Console.note(notice) }
      return Console.print(SettingsSummary(settings).text)
    }
    // Whoever reads the log, or a connection, may be gone: writing then fails, and does not end the process.
    signal(SIGPIPE, SIG_IGN)
    let logger = Logger(label: "kvota") { [format = settings.logFormat, level = settings.logLevel] _ in
      LineLogHandler(format: format, level: level)
    }
    let progress = LoadingProgress { logger.info("\($0)") }
    logger.info("\(SettingsSummary(settings).line)")
    for notice in settings.notices { logger.warning("\(notice)") }
    try await Lifecycle(settings, version: Kvota.version, logger: logger).run(
      announceAddress: { address in
        Console.announce("kvota \(Kvota.version) listens on \(address), loading \(settings.alias)")
      },
      load: { try ServedModel(settings, progress: progress.show) },
      announceReady: { model in
        if let asked = settings.engine.contextLength, asked > model.engine.contextLength {
          logger.warning(
            "context: \(asked) asked for, \(model.engine.contextLength) in use, as the model was trained with; see --rope-scaling"
          )
        }
        Console.announce("ready: \(settings.alias), \(Self.describe(model.engine))")
      })
  }

  /// How the model runs, and what memory it has and may take.
  private static func describe(_ engine: Engine) -> String {
    let (weights, pool) = (engine.weightBytes, engine.settings.kvPoolBytes)
    return """
      \(engine.instructions), weights \(MemorySize.text(weights)), caches up to \(MemorySize.text(pool)), which is \
      \(pool / engine.cacheShape.tokenBytes) tokens
      """
  }

  private var texts: SettingTexts {
    let flags: [SettingName: String?] = [
      .config: config, .model: model, .quantize: quantize, .alias: alias, .host: host, .port: port,
      .threads: threads,
      .context: context, .chatTemplate: chatTemplate, .chatTemplateFile: chatTemplateFile,
      .kvMemory: kvMemory, .kvType: kvType, .kvPresets: kvPresets, .kvEvents: kvEvents,
      .prefixCache: prefixCache,
      .maxQueue: maxQueue,
      .maxSequences: maxSequences, .maxQueueTokens: maxQueueTokens, .maxPerClient: maxPerClient,
      .stepMilliseconds: stepMs, .speculate: speculate, .sessionDir: sessionDir,
      .sessionLimit: sessionLimit, .apiKeyFile: apiKeyFile, .corsOrigins: corsOrigins,
      .drainSeconds: drainSeconds, .tlsCertificate: tlsCert, .tlsKey: tlsKey,
      .log: log, .logLevel: logLevel,
    ]
    return SettingTexts(
      flags: [cache.settings, rotary.settings, connections.settings]
        .reduce(flags) { $0.merging($1) { $1 } }.compactMapValues { $0 },
      environment: ProcessInfo.processInfo.environment)
  }
}
