import Foundation
import Glibc
import Transport

/// Reads keys from where they are kept: a file that nobody else can read, or a variable of the environment.
enum APIKeyFile {
  /// The keys of a file: lines `NAME KEY` or `NAME KEY max=N`, and comments.
  ///
  /// Empty lines say nothing, nor does a word that begins with `#` and all behind it; a `#` inside a key belongs to it. Throws
  /// `SettingsError` if others can read it, it has no key, or a line is none; never with a key in its text.
  static func read(_ path: String) throws(SettingsError) -> [APIKey] {
    // A mounted secret is a link to the file.
    let file = URL(filePath: path).resolvingSymlinksInPath().path
    let files = FileManager.default
    guard let attributes = try? files.attributesOfItem(atPath: file),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let mode = files.number(.posixPermissions, ofItemAtPath: file),
      let owner = files.number(.ownerAccountID, ofItemAtPath: file)
    else { throw SettingsError("'\(path)' is no file; expected one with a line `NAME KEY` for each API key") }
    guard isProtected(mode: mode, owner: owner, user: Int(geteuid())) else {
      throw SettingsError(
        "'\(path)' has mode \(String(mode, radix: 8)), so others than its owner may use it; run `chmod 600 \(path)`"
      )
    }
    guard let data = try? Data(contentsOf: URL(filePath: file)) else {
      throw SettingsError("'\(path)' cannot be read; it must belong to the user that the server runs as")
    }
    do throws(SettingsError) { return try parse(String(decoding: data, as: UTF8.self)) } catch {
      throw SettingsError("'\(path)': \(error)")
    }
  }

  /// Whether nobody but its owner has rights to a file.
  ///
  /// What root made for us, as systemd and Kubernetes do, may be readable by our group: we could not read it otherwise.
  static func isProtected(mode: Int, owner: Int, user: Int) -> Bool {
    mode & (owner == 0 && user != 0 ? 0o037 : 0o077) == 0
  }

  /// The keys of such a text.
  static func parse(_ text: String) throws(SettingsError) -> [APIKey] {
    var keys: [APIKey] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.split(whereSeparator: \.isWhitespace).prefix { !$0.hasPrefix("#") }.map(String.init)
      guard !words.isEmpty else { continue }
      do throws(SettingsError) { keys.append(try key(words)) } catch {
        throw SettingsError("line \(index + 1): \(error)")
      }
    }
    return try checked(keys)
  }

  /// The keys of a variable, separated by commas, which are called `key-1`, `key-2` and so on.
  static func parse(variable: String) throws(SettingsError) -> [APIKey] {
    var keys: [APIKey] = []
    for secret in variable.split(separator: ",", omittingEmptySubsequences: false) {
      keys.append(try APIKey(name: "key-\(keys.count + 1)", secret: String(secret)))
    }
    return try checked(keys)
  }

  private static func key(_ words: [String]) throws(SettingsError) -> APIKey {
    guard words.count == 2 || words.count == 3 else {
      throw SettingsError("there are \(words.count) words; expected `NAME KEY` or `NAME KEY max=N`")
    }
    guard words.count == 3 else { return try APIKey(name: words[0], secret: words[1]) }
    guard words[2].hasPrefix("max="), let most = Int(words[2].dropFirst(4)) else {
      throw SettingsError(
        "the third word is not `max=N`, the sequences that the key's holder may have at a time")
    }
    return try APIKey(name: words[0], secret: words[1], maxSequences: most)
  }

  private static func checked(_ keys: [APIKey]) throws(SettingsError) -> [APIKey] {
    guard !keys.isEmpty else { throw SettingsError("there is no key; expected at least one line `NAME KEY`") }
    for (index, key) in keys.enumerated() {
      for other in keys[..<index] {
        guard key.name != other.name else { throw SettingsError("two keys are called '\(key.name)'") }
        guard !key.hasSecret(of: other) else {
          throw SettingsError("'\(other.name)' and '\(key.name)' are the same key")
        }
      }
    }
    return keys
  }
}
