import Foundation

/// A chat template of a real model, which is not ours to publish.
struct RealTemplate: CustomStringConvertible, Sendable {
  let name: String
  let source: String

  var description: String { name }

  static let all: [RealTemplate] = {
    guard let data = ProcessInfo.processInfo.environment["KVOTA_TEST_DATA"] else { return [] }
    let folder = URL(filePath: data).appending(path: "templates")
    let files =
      (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "jinja" }.compactMap { file in
      (try? String(contentsOf: file, encoding: .utf8)).map {
        RealTemplate(name: file.deletingPathExtension().lastPathComponent, source: $0)
      }
    }
  }()

  static var arePresent: Bool { !all.isEmpty }
}
