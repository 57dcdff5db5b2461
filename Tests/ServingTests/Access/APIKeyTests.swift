import Foundation
import ModelFixtures
import Testing

@testable import Serving

@Suite struct APIKeyTests {
  private let secrets = ["0123456789abcdef", String(repeating: "k", count: 256)]

  private func keys() throws -> [APIKey] {
    try secrets.enumerated().map { try APIKey(name: "key-\($0)", secret: $1) }
  }

  @Test("each key is found by its whole secret")
  func found() throws {
    for (index, secret) in secrets.enumerated() {
      #expect(try APIKey.find(secret, in: keys())?.name == "key-\(index)")
    }
  }

  @Test("nothing else is a key: no beginning, no continuation, no zero bytes, nothing at all")
  func notFound() throws {
    for secret in secrets {
      for wrong in [
        "", String(secret.dropLast()), secret + "k", secret + "\0", secret.uppercased() + "x", "k",
      ] {
        #expect(try APIKey.find(wrong, in: keys()) == nil, "\(wrong)")
      }
      for place in 0..<secret.utf8.count {
        var bytes = Array(secret.utf8)
        bytes[place] ^= 1
        #expect(try APIKey.find(String(decoding: bytes, as: UTF8.self), in: keys()) == nil)
      }
    }
  }

  @Test("a file has a key in each line, with a limit if need be, and comments")
  func file() throws {
    let keys = try APIKeyFile.parse(
      "# Ours.\nalice sk-0123456789abcdef\n\n  batch\tsk-fedcba9876543210   max=4 # at night\nlook sk-lookinglookinglook max=0\r\n"
    )
    #expect(keys.map(\.name) == ["alice", "batch", "look"])
    #expect(keys.map(\.maxSequences) == [nil, 4, 0])
    #expect(APIKey.find("sk-fedcba9876543210", in: keys)?.name == "batch")
  }

  @Test("a sign for comments inside a key belongs to it")
  func hashInside() throws {
    let keys = try APIKeyFile.parse("a sk-0123456789abcdef#rest max=4 #none\n#b sk-fedcba9876543210\n")
    #expect(keys.map(\.name) == ["a"] && keys[0].maxSequences == 4)
    #expect(APIKey.find("sk-0123456789abcdef#rest", in: keys)?.name == "a")
    #expect(APIKey.find("sk-0123456789abcdef", in: keys) == nil)
  }

  @Test(
    "a line that is none is refused by its number, without what may be a key",
    arguments: [
      "sk-0123456789abcdef", "a sk-0123456789abcdef 4", "a sk-0123456789abcdef max=-1",
      "a sk-0123456789abcdef max=", "a sk-0123456789abcdef max=4 x", "a/b sk-0123456789abcdef",
      "a short-secret",
      "a sk-0123456789,abcdef", "a sk-0123456789abcdéf", "a sk-\(String(repeating: "x", count: 300))",
    ])
  func badLine(line: String) {
    let error = #expect(throws: SettingsError.self) {
      try APIKeyFile.parse("ok sk-ok-ok-ok-ok-ok-ok\n" + line)
    }
    #expect(error?.description.hasPrefix("line 2: ") == true)
    #expect(error?.description.contains("sk-0") == false && error?.description.contains("short-") == false)
  }

  @Test("no key at all, one name for two keys and one key for two names are refused")
  func senseless() {
    for text in [
      "", "# none\n", "a sk-0123456789abcdef\na sk-fedcba9876543210",
      "a sk-0123456789abcdef\nb sk-0123456789abcdef",
    ] {
      #expect(throws: SettingsError.self) { try APIKeyFile.parse(text) }
    }
  }

  @Test("a variable has keys with commas between them")
  func variable() throws {
    let keys = try APIKeyFile.parse(variable: "0123456789abcdef,fedcba9876543210")
    #expect(keys.map(\.name) == ["key-1", "key-2"])
    for text in ["", "0123456789abcdef,", "0123456789abcdef fedcba9876543210"] {
      #expect(throws: SettingsError.self) { try APIKeyFile.parse(variable: text) }
    }
  }

  @Test(
    "a file that others may read is refused; one of the owner's is taken, also through a link",
    arguments: [0o644, 0o640, 0o602, 0o600, 0o400])
  func mode(mode: Int) throws {
    let file = try TemporaryFile(Array("a 0123456789abcdef".utf8))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
    let link = file.path + "-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file.path)
    defer { try? FileManager.default.removeItem(atPath: link) }
    for path in [file.path, link] {
      if mode & 0o077 == 0 {
        #expect(try APIKeyFile.read(path).count == 1)
      } else {
        let error = #expect(throws: SettingsError.self) { try APIKeyFile.read(path) }
        #expect(error?.description.contains("chmod 600") == true)
      }
    }
  }

  @Test(
    "what root made may be readable by our group, but by nobody else, and what we made by nobody",
    arguments: [
      (0o600, 7, true), (0o440, 7, false), (0o440, 0, true), (0o640, 0, true), (0o660, 0, false),
      (0o444, 0, false),
    ])
  func madeByRoot(mode: Int, owner: Int, isProtected: Bool) {
    #expect(APIKeyFile.isProtected(mode: mode, owner: owner, user: 7) == isProtected)
    #expect(!APIKeyFile.isProtected(mode: 0o440, owner: 0, user: 0))
  }

  @Test("what is no file is refused", arguments: ["/nowhere", "/", "/dev/null"])
  func noFile(path: String) { #expect(throws: SettingsError.self) { try APIKeyFile.read(path) } }
}
