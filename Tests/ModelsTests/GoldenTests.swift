import GGUF
import Kernels
import ModelFixtures
import Models
import Testing

@Suite(.enabled(if: DefaultModel.isPresent, "the default model's file is absent"), .serialized)
struct GoldenTests {
  /// Largest difference of the golden logits and those at the same tokens.
  private func worst(_ step: GoldenText.Step, _ logits: [Float]) -> Double {
    step.top.map { abs($0[1] - Double(logits[Int($0[0])])) }.max() ?? .infinity
  }

  /// The gap between the two likeliest tokens.
  private func gap(_ step: GoldenText.Step) -> Double { step.top[0][1] - step.top[1][1] }

  @Test("the reference computes PyTorch's logits")
  func reference() throws {
    let reference = try ReferenceModel(try GGUFFile(path: DefaultModel.path))
    var largest = 0.0
    for text in try DefaultModel.texts {
      let logits = try reference.logits(text.fed).suffix(text.steps.count)
      for (step, logits) in zip(text.steps, logits) {
        largest = max(largest, worst(step, logits))
        // Two logits that each are off by 1e-3 at most cannot change places over a larger gap.
        if gap(step) > 2e-3 { #expect(greatest(logits) == step.token, "\(text.name)") }
      }
    }
    // The file gives 4 digits after the point.
    #expect(largest < 1e-3)
    print("reference against PyTorch: largest logit difference", largest)
  }

  @Test(
    "integer activations stay close to the reference over whole texts",
    arguments: InstructionSet.available.filter { $0.name != "portable" })
  func model(set: InstructionSet) throws {
    let file = try GGUFFile(path: DefaultModel.path)
    let (loaded, reference) = (try LoadedModel(file, set: set), try ReferenceModel(file))
    var (largest, divergences, agreeing, steps) = (0.0, 0.0, 0, 0)
    for text in try DefaultModel.texts {
      let exact = try reference.logits(text.fed).suffix(text.steps.count)
      let found = try loaded.logits([text.promptIds] + text.generatedIds.dropLast().map { [$0] })
      for (step, (exact, found)) in zip(text.steps, zip(exact, found)) {
        largest = max(largest, Double(largestDifference(found, exact)))
        divergences += divergence(exact, found)
        agreeing += greatest(found) == step.token ? 1 : 0
        steps += 1
        // As above: over a gap of twice the bound the choice must be the same.
        if gap(step) > 2 * Self.largestAllowed { #expect(greatest(found) == step.token, "\(text.name)") }
      }
    }
    print(
      "model against reference: largest", largest, "KL", divergences / Double(steps), "agree", agreeing, "of",
      steps)
    #expect(largest < Self.largestAllowed)
    #expect(divergences / Double(steps) < Self.divergenceAllowed)
    #expect(Double(agreeing) >= 0.9 * Double(steps))
  }

  /// Measured: 1.73 of logits up to 30, in the tails of 128 distributions over 49,152 tokens.
  static let largestAllowed = 2.5
  /// Measured: 0.0037 nats a token; 123 of 128 greedy choices agree.
  static let divergenceAllowed = 0.01
}
