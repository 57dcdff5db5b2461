import Testing

@testable import Evaluation

@Suite("axes")
struct AxisTests {
  @Test(
    "marks are ascending, within the axis, few, and at least two",
    arguments: [
      [0, 100], [43.8, 48.2], [0.012, 0.3], [64, 512], [20, 1e5], [5], [0], [-3, 4], [1e-7, 2e-7],
      [100, 109],
    ] as [[Double]])
  func marks(values: [Double]) {
    let axis = Axis(values)
    let marks = axis.marks
    #expect((2...16).contains(marks.count), "\(marks)")
    #expect(zip(marks, marks.dropFirst()).allSatisfy { $0 < $1 })
    #expect(marks.allSatisfy { (-1e-9...1 + 1e-9).contains(axis.place($0)) })
    #expect(values.allSatisfy { (0...1).contains(axis.place($0)) })
  }

  @Test("an axis is logarithmic where values spread more than tenfold, and never through zero")
  func logarithmic() {
    #expect(Axis([1, 11]).isLogarithmic)
    #expect(!Axis([1, 9]).isLogarithmic)
    #expect(!Axis([0, 100]).isLogarithmic)
    #expect(!Axis([0, 100], logarithmic: true).isLogarithmic)
    #expect(Axis([1, 100]).place(10) == 0.5)
  }

  @Test("numbers are as short as they can be")
  func text() {
    #expect([0.5, 100, 0.1 + 0.2, 1e-6].map(Axis.text) == ["0.5", "100", "0.3", "1e-06"])
  }
}
