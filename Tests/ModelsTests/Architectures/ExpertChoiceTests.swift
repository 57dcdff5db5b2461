import Foundation
import Testing

@testable import Models

@Suite struct ExpertChoiceTests {
  @Test("the experts of the greatest logits share as their softmax says")
  func shares() {
    let choice = ExpertChoice(logits: [1, 3, -2, 2], used: 2)
    #expect(choice.experts == [1, 3])
    #expect(abs(choice.shares[0] - 1 / (1 + exp(-1))) < 1e-6 && abs(choice.shares.reduce(0, +) - 1) < 1e-6)
  }

  @Test("of equal experts the first is used, and large logits do not overflow")
  func ties() {
    #expect(ExpertChoice(logits: [500, 500, 500], used: 2).experts == [0, 1])
    #expect(ExpertChoice(logits: [500, 500, 500], used: 2).shares == [0.5, 0.5])
  }
}
