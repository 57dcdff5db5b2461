// swift-tools-version: 6.2
import PackageDescription

/// Strict everywhere: Swift 6 mode, explicit `any`, no leaked imports, every unsafe use marked.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // Async functions go on where their caller runs; a hop at each would cost.
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]
let testing: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}
/// `golden`: whether the tests' folder holds golden data, which is read from where it lies.
func tests(_ name: String, _ dependencies: [Target.Dependency], golden: Bool = false) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: golden ? ["Golden"] : [], swiftSettings: testing)
}

let package = Package(
  name: "kvota",
  products: [.executable(name: "kvota", targets: ["kvota"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // The compute side: arrays, then caches, then models, then scheduling.
    .target(
      name: "CKernels",
      cSettings: [
        .headerSearchPath("."), .unsafeFlags(["-O3", "-fno-math-errno", "-Wno-psabi"]),
      ]),
    target("Kernels", ["CKernels"]),
    target("GGUF"),
    target("Synthesis", ["GGUF"]),
    target("Caching", ["Kernels"]),
    target("Models", ["Caching", "GGUF", "Kernels"]),
    target("Inference", ["CKernels", "Caching", "GGUF", "Grammars", "Kernels", "Models"]),

    // The text and wire side.
    target("Tokenizing", ["GGUF"]),
    target("Safetensors", ["GGUF", "Kernels", "OpenAIAPI", "Tokenizing"]),
    target("ChatTemplates"),
    target("OpenAIAPI"),
    target("ToolCalling", ["Grammars", "OpenAIAPI"]),
    target("Grammars"),
    target("Schemas", ["Grammars", "OpenAIAPI"]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    target("Compression", ["CZlib"]),
    target("HTTP"),
    .target(
      name: "Playground", resources: [.embedInCode("Files")], swiftSettings: strict),
    target(
      "Transport",
      [
        "COpenSSL", "HTTP", .product(name: "FlyingSocks", package: "FlyingFox"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // Where both meet.
    target(
      "Serving",
      [
        "Caching", "ChatTemplates", "Compression", "GGUF", "Grammars", "HTTP", "Inference", "Kernels",
        "Models", "OpenAIAPI", "Playground", "Safetensors", "Schemas", "Tokenizing", "ToolCalling",
        "Transport",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "TOMLKit", package: "TOMLKit"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    target("Evaluation", ["Caching", "GGUF", "Inference", "Kernels", "Models", "Tokenizing"]),
    .executableTarget(
      name: "kvota",
      dependencies: [
        "Caching", "Evaluation", "GGUF", "Grammars", "HTTP", "Inference", "Kernels", "Models", "OpenAIAPI",
        "Safetensors", "Schemas", "Serving", "Synthesis", "Tokenizing", "Transport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    // What several test targets share: model files made up from a seed.
    .target(
      name: "ModelFixtures", dependencies: ["GGUF", "Kernels"], path: "Tests/ModelFixtures",
      swiftSettings: testing),
    // Certificates for tests, made by the openssl command.
    .target(name: "CertificateFixtures", path: "Tests/CertificateFixtures", swiftSettings: testing),
    tests("KernelsTests", ["CKernels", "Kernels", "ModelFixtures"], golden: true),
    tests("GGUFTests", ["GGUF", "ModelFixtures"]),
    tests("CachingTests", ["Caching", "Kernels"], golden: true),
    tests(
      "ModelsTests", ["Models", "Caching", "GGUF", "Kernels", "ModelFixtures", "Synthesis", "COpenBLAS"],
      golden: true),
    tests(
      "InferenceTests",
      ["Inference", "Models", "Caching", "GGUF", "Grammars", "Kernels", "ModelFixtures"]),
    tests(
      "EvaluationTests",
      ["Evaluation", "Caching", "GGUF", "Kernels", "ModelFixtures", "Tokenizing", "kvota"], golden: true),
    tests("SynthesisTests", ["Synthesis", "GGUF", "Kernels", "ModelFixtures", "Tokenizing"]),
    tests("TokenizingTests", ["Tokenizing", "GGUF", "ModelFixtures"], golden: true),
    tests("ChatTemplatesTests", ["ChatTemplates"], golden: true),
    tests("OpenAIAPITests", ["OpenAIAPI"]),
    tests("ToolCallingTests", ["ToolCalling", "Grammars", "OpenAIAPI", "Schemas"]),
    tests("GrammarsTests", ["Grammars"]),
    tests("SchemasTests", ["Schemas", "Grammars", "OpenAIAPI"], golden: true),
    // Requests byte by byte, and a client that sends them.
    .target(name: "WireFixtures", path: "Tests/WireFixtures", swiftSettings: testing),
    tests("CompressionTests", ["Compression"]),
    tests("HTTPTests", ["HTTP", "WireFixtures"]),
    tests(
      "TransportTests",
      [
        "Transport", "HTTP", "CertificateFixtures", "WireFixtures",
        .product(name: "Logging", package: "swift-log"),
      ]),
    tests(
      "ServingTests",
      [
        "Serving", "OpenAIAPI", "Inference", "Tokenizing", "HTTP", "Transport", "Caching", "Compression",
        "GGUF", "Grammars", "Models", "ToolCalling",
        "CertificateFixtures", "ModelFixtures",
        .product(name: "Logging", package: "swift-log"),
      ]),
    tests(
      "SafetensorsTests",
      ["Caching", "GGUF", "Kernels", "ModelFixtures", "Models", "OpenAIAPI", "Safetensors", "Tokenizing"],
      golden: true),
    tests("FetchTests", ["kvota"]),
    tests("BenchmarkTests", ["kvota", "Caching", "Inference"]),
    .testTarget(
      name: "Integration", dependencies: ["CertificateFixtures", "WireFixtures"], path: "Tests/Integration",
      exclude: ["Clients"], swiftSettings: testing),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
  ]
)
