/// The tensor types that tests can write, by their number in a GGUF file.
package enum EncodedType: UInt32, CaseIterable, Sendable, CustomStringConvertible {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q2_k = 10
  case q3_k = 11
  case q4_k = 12
  case q5_k = 13
  case q6_k = 14
  case iq4_nl = 20
  case bf16 = 30
  case mxfp4 = 39

  /// Values in a block, its bytes, and where in a quantized one half floats lie.
  package var layout: (values: Int, bytes: Int, halves: [Int]) {
    switch self {
    case .f32: (1, 4, [])
    case .f16, .bf16: (1, 2, [])
    case .q4_0: (32, 18, [0])
    case .q4_1: (32, 20, [0, 2])
    case .q5_0: (32, 22, [0])
    case .q5_1: (32, 24, [0, 2])
    case .q8_0: (32, 34, [0])
    case .q2_k: (256, 84, [80, 82])
    case .q3_k: (256, 110, [108])
    case .q4_k: (256, 144, [0, 2])
    case .q5_k: (256, 176, [0, 2])
    case .q6_k: (256, 210, [208])
    case .iq4_nl: (32, 18, [0])
    case .mxfp4: (32, 17, [])
    }
  }

  package var blockValues: Int { layout.values }
  package var isQuantized: Bool { blockValues > 1 }
  package var description: String {
    switch self {
    case .f32: "F32"
    case .f16: "F16"
    case .bf16: "BF16"
    case .q4_0: "Q4_0"
    case .q4_1: "Q4_1"
    case .q5_0: "Q5_0"
    case .q5_1: "Q5_1"
    case .q8_0: "Q8_0"
    case .q2_k: "Q2_K"
    case .q3_k: "Q3_K"
    case .q4_k: "Q4_K"
    case .q5_k: "Q5_K"
    case .q6_k: "Q6_K"
    case .iq4_nl: "IQ4_NL"
    case .mxfp4: "MXFP4"
    }
  }

  package static var quantized: [EncodedType] { allCases.filter(\.isQuantized) }
}
