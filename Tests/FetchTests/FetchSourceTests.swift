import Testing

@testable import kvota

@Suite struct FetchSourceTests {
  private let place = "https://huggingface.co/owner/repository/resolve"

  private func address(_ text: String, _ environment: [String: String] = [:]) throws -> String {
    try FetchSource(text, environment: environment).address
  }

  @Test("hf:// names owner, repository, revision and file")
  func hub() throws {
    #expect(try address("hf://owner/repository/a/b.gguf") == "\(place)/main/a/b.gguf")
    #expect(try address("hf://owner/repository@v1.0/b.gguf") == "\(place)/v1.0/b.gguf")
    #expect(
      try address("hf://owner/repository/b.gguf", ["HF_ENDPOINT": "http://mirror:8080/"])
        == "http://mirror:8080/owner/repository/resolve/main/b.gguf")
  }

  @Test("the token goes with hf:// and with no other address")
  func token() throws {
    let environment = ["HF_TOKEN": "hf_abc"]
    #expect(try FetchSource("hf://o/r/f", environment: environment).token == "hf_abc")
    #expect(
      try FetchSource("https://huggingface.co/o/r/resolve/main/f", environment: environment).token == nil)
    #expect(throws: FetchError.self) {
      try FetchSource("hf://o/r/f", environment: ["HF_TOKEN": "a\nurl = x"])
    }
  }

  @Test(
    "what is no address is refused",
    arguments: [
      "", "model.gguf", "file:///etc/passwd", "hf://owner/model.gguf", "hf://owner//model.gguf",
      "hf://owner/../../x", "hf://o/@r/f", "hf://o/r@/f", "https://host/a b", "https://host/a\nurl = b",
      "ftp://host/f",
    ])
  func refused(text: String) { #expect(throws: FetchError.self) { try address(text) } }

  @Test("the file's name is the address' last part, and cannot lead elsewhere")
  func target() throws {
    func target(_ address: String, _ output: String? = nil) throws -> String {
      try FetchTarget(output, source: FetchSource(address, environment: [:]), cacheFolder: "/cache").path
    }
    #expect(try target("https://host/a/model.gguf?download=1#x") == "/cache/model.gguf")
    #expect(try target("https://host/a%20b.gguf") == "/cache/a b.gguf")
    #expect(try target("https://host/model.gguf", "/nowhere/other.gguf") == "/nowhere/other.gguf")
    #expect(try target("https://host/model.gguf", "/usr") == "/usr/model.gguf")
    #expect(try target("https://host/model.gguf", "/nowhere/new/") == "/nowhere/new//model.gguf")
    for hostile in [
      "https://host", "https://host/", "https://host/a/..%2Fb", "https://host/..", "https://host/.bashrc",
    ] {
      #expect(throws: FetchError.self, "\(hostile)") { try target(hostile) }
    }
  }
}
