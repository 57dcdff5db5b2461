import Foundation

/// What the tests need beside themselves: the binary, the model, a Python that has the `openai` package, and tools.
enum Surroundings {
  static let binary = file("KVOTA_TEST_BINARY", default: packageRoot + "/.build-tests/release/kvota")
  static let model = file("KVOTA_TEST_MODEL", default: nil)
  static let python = file("KVOTA_TEST_PYTHON", default: packageRoot + "/.cache/venv/bin/python")

  static let sslscan = file("KVOTA_TEST_SSLSCAN", default: "/usr/bin/sslscan")
  /// Prometheus' own checker, which `make test` fetches.
  static let promtool = file("KVOTA_TEST_PROMTOOL", default: packageRoot + "/.cache/promtool")
  static let haproxy = file("KVOTA_TEST_HAPROXY", default: "/usr/sbin/haproxy")
  static let systemdAnalyze = file("KVOTA_TEST_SYSTEMD_ANALYZE", default: "/usr/bin/systemd-analyze")
  static let kubernetesValidate = file(
    "KVOTA_TEST_KUBERNETES_VALIDATE", default: packageRoot + "/.cache/venv/bin/kubernetes-validate")

  /// The folder of what a deployment needs.
  static let deploy = packageRoot + "/Deploy"

  static var areComplete: Bool { binary != nil && model != nil && python != nil }

  /// Whether there is such a program.
  static func has(_ program: String) -> Bool {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  /// The folder with the clients' scripts.
  static let clients = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Clients").path

  private static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  private static func file(_ variable: String, default path: String?) -> String? {
    let path = ProcessInfo.processInfo.environment[variable] ?? path
    return path.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }
}
