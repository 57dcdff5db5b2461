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

  @Test("a speed of nothing is left out")
  func noSpeed() {
    var page = MetricsText()
    page.writeLlamaServer(EngineStatistics())
    #expect(!page.text.contains("tokens_seconds"))
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
}
