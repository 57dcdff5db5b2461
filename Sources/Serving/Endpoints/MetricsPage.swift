import Caching
import HTTP
import Inference
import Kernels

/// `GET /metrics`: counters, gauges and histograms for Prometheus.
///
/// Under vLLM's and llama-server's names too, so that dashboards and routers made for them work.
struct MetricsPage: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let model = call.service.loadedModel
    var labels: MetricsText.Labels = [("engine", "0")]
    if let model { labels.insert(("model_name", model.limits.alias), at: 0) }
    var page = MetricsText(common: labels)
    let requests = call.service.metrics.snapshot
    if let engine = model?.engine {
      let statistics = engine.statistics
      page.writeVLLM(statistics, requests, shape: engine.cacheShape)
      page.writeLlamaServer(statistics)
      page.writeCache(statistics)
      page.gauge("kvota_weight_bytes", "Bytes of the packed weights.", Double(engine.weightBytes))
    }
    page.info("kvota_build_info", "The version that runs.", [("version", call.service.version)])
    page.gauge(
      "process_start_time_seconds", "When the server began, in seconds since 1970.", call.service.startSeconds
    )
    if let process = ProcessFacts.current { page.write(process) }
    page.family(
      "kvota_requests_rejected_total", "counter", "Requests refused, by the code of the error.", by: "reason",
      requests.rejected)
    try await responder.send(
      HTTPResponse(
        status: 200, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
        body: Array(page.text.utf8)))
  }
}

extension MetricsText {
  /// vLLM's names.
  mutating func writeVLLM(_ engine: EngineStatistics, _ requests: Metrics.Snapshot, shape: CacheShape) {
    gauge("vllm:num_requests_running", "Sequences that compute.", Double(engine.running))
    gauge("vllm:num_requests_waiting", "Sequences that wait for room.", Double(engine.waiting))
    gauge(
      "vllm:kv_cache_usage_perc", "Share of the KV pool that is promised, 0 to 1.",
      engine.poolBytes > 0 ? Double(engine.reservedBytes) / Double(engine.poolBytes) : 0)
    counter("vllm:prompt_tokens_total", "Prompt tokens computed.", Double(engine.promptTokens))
    counter(
      "vllm:prefix_cache_queries_total", "Prompt tokens looked for in the prefix cache.",
      Double(engine.prefixQueriedTokens))
    counter(
      "vllm:prefix_cache_hits_total", "Prompt tokens found there, which need not be computed.",
      Double(engine.prefixReusedTokens))
    counter("vllm:generation_tokens_total", "Tokens generated.", Double(engine.generatedTokens))
    family(
      "vllm:request_success_total", "counter", "Sequences ended, by reason.", by: "finished_reason",
      requests.finished)
    histogram(
      "vllm:time_to_first_token_seconds", "From a request to its first token.", requests.timeToFirstToken)
    histogram("vllm:inter_token_latency_seconds", "From a token to the next.", requests.interTokenLatency)
    histogram("vllm:e2e_request_latency_seconds", "From a request to its last token.", requests.endToEnd)
    histogram("vllm:request_queue_time_seconds", "Waiting for room.", requests.queue)
    histogram("vllm:request_prefill_time_seconds", "From admission to the first token.", requests.prefill)
    histogram("vllm:request_decode_time_seconds", "From the first token to the last.", requests.decode)
    histogram("vllm:request_inference_time_seconds", "From admission to the last token.", requests.inference)
    histogram("vllm:request_prompt_tokens", "Tokens of a prompt.", requests.promptTokens)
    histogram("vllm:request_generation_tokens", "Tokens of an answer.", requests.generatedTokens)
    info(
      "vllm:cache_config_info", "The KV pool in blocks of 16 tokens of a full cache.",
      [
        ("block_size", String(CacheShape.slotsPerPage)),
        ("num_gpu_blocks", String(engine.poolBytes / (shape.heads * shape.pageBytes))),
        ("cache_dtype", shape.type.rawValue),
      ])
  }

  /// llama-server's names.
  mutating func writeLlamaServer(_ engine: EngineStatistics) {
    counter("llamacpp:prompt_tokens_total", "Prompt tokens computed.", Double(engine.promptTokens))
    counter("llamacpp:tokens_predicted_total", "Tokens generated.", Double(engine.generatedTokens))
    gauge(
      "llamacpp:prompt_tokens_seconds", "Prompt tokens a second, on average.",
      Self.mean(engine.promptTokens, engine.prefillSeconds))
    gauge(
      "llamacpp:predicted_tokens_seconds", "Generated tokens a second and sequence, on average.",
      Self.mean(engine.generatedTokens, engine.decodeSeconds))
    gauge("llamacpp:requests_processing", "Sequences that compute.", Double(engine.running))
    gauge("llamacpp:requests_deferred", "Sequences that wait.", Double(engine.waiting))
    counter("llamacpp:n_decode_total", "Forward passes.", Double(engine.steps))
    gauge(
      "llamacpp:n_busy_slots_per_decode", "Sequences in a forward pass, on average.",
      Self.mean(engine.sequencesStepped, Double(engine.steps)))
  }

  /// Before there is anything, 0: what looks for a name must find it.
  private static func mean(_ count: Int, _ of: Double) -> Double { of > 0 ? Double(count) / of : 0 }

  /// Our own names: what the budgets do.
  mutating func writeCache(_ engine: EngineStatistics) {
    family(
      "kvota_kv_resident_slots", "gauge", "Slots that each head of the running sequences holds.",
      by: "policy",
      Self.byPolicy(engine.residentSlots))
    family(
      "kvota_kv_evicted_total", "counter", "Slots that each head has given up.", by: "policy",
      Self.byPolicy(engine.evictedSlots))
    gauge("kvota_kv_reserved_bytes", "Bytes promised to running sequences.", Double(engine.reservedBytes))
    gauge("kvota_kv_used_bytes", "Bytes in use by running sequences.", Double(engine.usedBytes))
    gauge(
      "kvota_prefix_cache_bytes", "Bytes of the KV pool that are kept of earlier prompts and texts.",
      Double(engine.prefixBytes))
    gauge("kvota_kv_pool_bytes", "Bytes of the KV pool.", Double(engine.poolBytes))
    counter("kvota_step_seconds_total", "Seconds of the engine's steps.", engine.stepSeconds)
    counter(
      "kvota_step_compute_seconds_total", "Seconds of these in which the model computed.",
      engine.computeSeconds)
  }
  /// With a zero for every policy that has not been used: a rate begins at one.
  private static func byPolicy(_ counts: [String: Int]) -> [String: Int] {
    counts.merging(EvictionPolicies.names.map { ($0, 0) }) { counted, _ in counted }
  }

  /// What every exporter tells of its process, under the usual names.
  mutating func write(_ process: ProcessFacts) {
    counter("process_cpu_seconds_total", "Processor seconds used.", process.processorSeconds)
    gauge(
      "process_resident_memory_bytes", "Bytes in memory, the model's included.", Double(process.residentBytes)
    )
  }
}
