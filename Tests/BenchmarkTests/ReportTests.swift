import Foundation
import Testing

@testable import kvota

@Suite("the benchmark's report")
struct ReportTests {
  @Test("a table's first column stands to the left, the others to the right")
  func table() {
    let table = Table(head: ["row", "a"], rows: [["long name", "1"], ["x", "12.5"]])
    #expect(
      table.text == """
        row           a
        long name     1
        x          12.5
        """)
  }

  @Test("numbers have about three digits")
  func numbers() {
    #expect(BenchReport.rounded(1234.6) == "1235")
    #expect(BenchReport.rounded(12.34) == "12.3")
    #expect(BenchReport.rounded(1.234) == "1.23")
    #expect(BenchReport.percent(0.123) == "12 %")
  }

  @Test("rows in JSON have units in their keys, and every repetition")
  func json() throws {
    let workload = Workload(
      section: .budget, promptTokens: 1024, newTokens: 8, policy: "roco", budgetSlots: 128)
    let own = [1.0, 2].map { Measurement(tokens: 8, seconds: $0, cost: Cost(bytes: 5)) }
    let peer = SpeedRow.PeerResult.best([(.auto, [2, 2])])
    let row = SpeedRow(
      workload, own: own, ceilings: try FloorTests.ceilings(bytes: 5, integers: 1, floats: 1),
      kvMemory: KVMemory(heldBytes: 10, formulaBytes: 20), peer: peer)
    let text = try JSONText.of(#require(row))
    let json = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["name"] as? String == "decode at 1024, roco 128")
    #expect((json["tokens_per_second"] as? [String: Any])?["repetitions"] as? [Double] == [8, 4])
    #expect(json["share_of_floor"] as? Double == 0.75)
    #expect(json["ratio_to_peer"] as? Double == 3)
    #expect((json["kv_memory"] as? [String: Int]) == ["held_bytes": 10, "formula_bytes": 20])
    #expect((json["workload"] as? [String: Any])?["budget_slots"] as? Int == 128)
    #expect((json["peer"] as? [String: Any])?["flash_attention"] as? String == "auto")
  }

  @Test("what the system says of processor and process is read, and what it does not say is not made up")
  func system() {
    #expect(
      Machine.processor(cpuinfo: "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n") == "Some CPU @ 2 GHz")
    #expect(Machine.processor(cpuinfo: "processor\t: 0\n") == nil)
    let status = "Name:\tx\nVmHWM:\t   123 kB\nVmRSS:\t 100 kB\n"
    #expect(ProcessMemory.bytes("VmHWM", status: status) == 123 * 1024)
    #expect(ProcessMemory.bytes("VmRSS", status: status) == 100 * 1024)
    #expect(ProcessMemory.bytes("VmRSS", status: "Name:\tx\n") == nil)
    let other =
      "7f00-7f10 rw-p 00000000 00:00 0\nSize: 64 kB\nRss:  50 kB\nAnonymous: 40 kB\nVmFlags: rd wr mr hg \n"
    let pool = "7f20-7f60 rw-p 00000000 00:00 0\nRss:  200 kB\nAnonymous: 200 kB\nVmFlags: rd wr mr nr hg \n"
    #expect(ProcessMemory.bytesOutsidePool(mappings: other + pool + other) == 80 * 1024)
    #expect(ProcessMemory.bytesOutsidePool(mappings: other) == nil)
  }
}
