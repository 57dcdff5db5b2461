import Serving

/// Why a file was not fetched, and what to do.
enum FetchError: Error, Equatable, CustomStringConvertible {
  case badSource(String, String)
  case badTarget(String)
  case missingTool(String)
  case refused(address: String, status: Int)
  case failed(address: String, reason: String)
  case busy(String)
  case noRoom(folder: String, needed: Int, free: Int)
  case wrongSize(address: String, found: Int, expected: Int)
  case wrongChecksum(address: String, found: Checksum, expected: Checksum)
  case unwritable(path: String, reason: String)

  var description: String {
    switch self {
    case .badSource(let source, let reason):
      "'\(source)' \(reason); expected hf://OWNER/REPOSITORY[@REVISION]/FILE or an http(s) address"
    case .badTarget(let reason): "\(reason); give the path with --output"
    case .missingTool(let name): "the program '\(name)' is needed to fetch files; install it"
    case .refused(let address, let status): "\(address) answers \(status): \(Self.advice(status))"
    case .failed(let address, let reason): "fetching \(address) failed: \(reason); fetch again to go on"
    case .busy(let path): "'\(path)' is being fetched by another process; wait for it"
    case .noRoom(let folder, let needed, let free):
      "\(MemorySize.text(needed)) are still to come, and '\(folder)' has room for \(MemorySize.text(free)); make room, or "
        + "choose another place with --output"
    case .wrongSize(let address, let found, let expected):
      "\(address) gave \(found) bytes and had said \(expected); what came is thrown away: fetch again"
    case .wrongChecksum(let address, let found, let expected):
      "\(address) gave a file with the SHA-256 \(found), and \(expected) was expected; what came is thrown away"
    case .unwritable(let path, let reason): "cannot write '\(path)': \(reason)"
    }
  }

  private static func advice(_ status: Int) -> String {
    switch status {
    case 401, 403: "it wants a token with access (HF_TOKEN), or its conditions accepted on its page"
    case 404: "there is no such file; check owner, repository, revision and name"
    case 416: "it has fewer bytes than were fetched before; fetch again"
    case 429: "too many requests; wait a while"
    case 500...: "the server has a problem; try again later"
    default: "it does not give the file"
    }
  }
}
