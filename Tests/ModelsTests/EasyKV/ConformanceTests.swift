import GGUF
import ModelFixtures
import Testing

/// The paper's code as oracle, on the default model: every victim of 34 runs.
@Suite(.enabled(if: DefaultModel.isPresent, "the default model's file is absent"), .serialized)
struct ConformanceTests {
  @Test("on 32-bit weights every victim is EasyKV's, or a near-tie of it")
  func everyVictim() throws {
    let copy = try Float32Copy(of: try GGUFFile(path: DefaultModel.path))
    let loaded = try LoadedModel(try GGUFFile(path: copy.path))
    let replay = try GoldenReplay(try GoldenRuns.all.get(), loaded, adopts: true)
    replay.run()
    let d = replay.comparison.decisions
    dump(d, replay)
  }
  @Test("q4")
  func overlap() throws {
    let loaded = try LoadedModel(try GGUFFile(path: DefaultModel.path))
    for adopts in [false, true] {
    let replay = try GoldenReplay(try GoldenRuns.all.get(), loaded, adopts: adopts)
    replay.run()
    dump(replay.comparison.decisions, replay)
    replay.release()
    }
  }
  func dump(_ d: [Comparison.Decision], _ replay: GoldenReplay) {
    for policy in ["recency", "h2o", "tova", "roco"] {
      for listed in [true, false] {
        let some = d.filter { $0.policy == policy && $0.isListed == listed }
        let m = some.compactMap(\.margin).sorted()
        print("XX", policy, listed, some.count, m.count, Double(m.count) / Double(some.count), m.suffix(6), m.isEmpty ? 0 : m[m.count/2])
      }
    }
    let o = replay.overlaps
    print("XX overlap", o.min()!, o.reduce(0,+)/Double(o.count), o.filter{$0==1}.count, o.count)
    for (i, r) in replay.runs.enumerated() {
      let s = o[i*90..<i*90+90]
      let some = d.filter { $0.run == r.name && $0.isListed}
      let m = some.compactMap(\.margin)
      print("XX", r.name, "overlap", s.min()!, s.reduce(0,+)/90, "identical", 1-Double(m.count)/Double(some.count), "max margin", m.max() ?? 0)
    }
    for x in d.filter({ ($0.margin ?? 0) > 2e-3 }).sorted(by: { $0.margin! > $1.margin! }).prefix(12) { print("XX worst", x) }
  }
}
