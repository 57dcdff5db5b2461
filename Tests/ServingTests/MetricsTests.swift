import Caching
@testable import Inference
import Kernels
import Testing

@testable import Serving

@Suite struct MetricsTests {
  @Test("a histogram's buckets count up and end at infinity")
  func histogram() {
    var histogram = Histogram([0.5, 2])
    for seconds in [0.25, 0.5, 1, 3] { histogram.record(seconds) }
    var page = MetricsText(common: [("engine", "0")])
    page.histogram("a:b_seconds", "What.", histogram)
    #expect(
      page.text == """
        # HELP a:b_seconds What.
        # TYPE a:b_seconds histogram
        a:b_seconds_bucket{engine="0",le="0.5"} 2
        a:b_seconds_bucket{engine="0",le="2"} 3
        a:b_seconds_bucket{engine="0",le="+Inf"} 4
        a:b_seconds_sum{engine="0"} 4.75
        a:b_seconds_count{engine="0"} 4

        """)
  }

  @Test("label values are escaped")
  func escapes() {
    var page = MetricsText()
    page.family("a", "counter", "What.", by: "name", ["x\"\\\n": 1])
    #expect(page.text.hasSuffix("a{name=\"x\\\"\\\\\\n\"} 1\n"))
  }

  @Test("a family without samples is left out")
  func empty() {
    var page = MetricsText()
    page.family("a", "counter", "What.", by: "name", [:])
    #expect(page.text == "")
  }

  @Test("every line is a comment or a sample, and every family is told of once")
  func wholePage() throws {
    var engine = EngineStatistics()
    engine.prefillSeconds = 1
    engine.decodeSeconds = 1
    engine.steps = 2
    engine.sequencesStepped = 3
    engine.residentSlots = ["roco": 5, "full": 6]
    var page = MetricsText(common: [("model_name", "m"), ("engine", "0")])
    var shape = try CacheShape(layers: 2, kvHeads: 1, queryHeads: 1, headDimension: 64)
    shape.type = .q8
    engine.poolBytes = 10 * 2 * shape.pageBytes
    page.writeVLLM(engine, Metrics.Snapshot(), shape: shape)
    page.writeLlamaServer(engine)
    page.writeCache(engine)
    let sample = /[a-z0-9_]+(:[a-z0-9_]+)?\{([a-z_]+="[^"]*",?)+\} [0-9.+e-]+/
    let lines = page.text.split(separator: "\n")
    for line in lines where !line.hasPrefix("# ") { #expect(line.wholeMatch(of: sample) != nil, "\(line)") }
    let families = lines.filter { $0.hasPrefix("# TYPE") }.map { $0.split(separator: " ")[2] }
    #expect(Set(families).count == families.count)
    #expect(page.text.contains(#"block_size="16",num_gpu_blocks="10",cache_dtype="q8""#))
    #expect(page.text.contains(#"kvota_kv_resident_slots{model_name="m",engine="0",policy="roco"} 5"#))
  }

  @Test("a speed of nothing is 0")
  func noSpeed() {
    var page = MetricsText()
    page.writeLlamaServer(EngineStatistics())
    #expect(page.text.contains("predicted_tokens_seconds 0\n") && !page.text.contains("nan"))
  }

  @Test("a sequence's times are counted once each")
  func clock() {
    let metrics = Metrics()
    var clock = TokenClock(metrics)
    for _ in 0..<3 { clock.token() }
    clock.finished(.length, SequenceUsage())
    let snapshot = metrics.snapshot
    #expect(snapshot.timeToFirstToken.count == 1)
    #expect(snapshot.interTokenLatency.count == 2)
    #expect(snapshot.endToEnd.count == 1)
    #expect(snapshot.finished == ["stop": 0, "length": 1, "abort": 0])
  }

  @Test("the names that dashboards of vLLM and llama.cpp look for are there before the first request")
  func familiarNames() throws {
    var page = MetricsText(common: [("engine", "0")])
    let shape = try CacheShape(layers: 2, kvHeads: 2, queryHeads: 2, headDimension: 16)
    page.writeVLLM(EngineStatistics(), Metrics().snapshot, shape: shape)
    page.writeLlamaServer(EngineStatistics())
    page.writeCache(EngineStatistics())
    let declared = Set(
      page.text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ")[2] })
    let vLLM = [
      "num_requests_running", "num_requests_waiting", "kv_cache_usage_perc", "time_to_first_token_seconds",
      "inter_token_latency_seconds", "e2e_request_latency_seconds", "request_queue_time_seconds",
      "request_prefill_time_seconds", "request_decode_time_seconds", "prompt_tokens_total",
      "generation_tokens_total", "request_success_total", "prefix_cache_queries_total",
      "prefix_cache_hits_total", "cache_config_info",
    ]
    let llamaServer = [
      "prompt_tokens_total", "tokens_predicted_total", "prompt_tokens_seconds", "predicted_tokens_seconds",
      "requests_processing", "requests_deferred", "n_decode_total", "n_busy_slots_per_decode",
    ]
    let own = ["resident_slots", "evicted_total", "reserved_bytes", "pool_bytes"]
    let all =
      vLLM.map { "vllm:\($0)" } + llamaServer.map { "llamacpp:\($0)" } + own.map { "kvota_kv_\($0)" }
    for name in all { #expect(declared.contains(Substring(name)), "\(name)") }
  }
}
