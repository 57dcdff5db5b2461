/// HTTP by the program `curl`: it does redirections, proxies and certificates as the rest of the system does.
struct FetchClient {
  let source: FetchSource

  /// How one attempt to fetch ended.
  enum Attempt: Equatable {
    case whole
    /// The server does not go on where the file ended: there is another one now, or it never does.
    case cannotResume
    /// The connection ended early.
    case cut(String)
  }

  private static let (httpError, cannotResume, isLocked) = (Int32(22), Int32(33), Int32(200))
  /// A time is over, a connection was refused, ended or broke, or data is missing.
  private static let cuts: Set<Int32> = [5, 6, 7, 16, 18, 28, 35, 52, 55, 56, 92]

  /// What the server says of the file; servers that refuse HEAD say nothing.
  func look() throws -> RemoteFile {
    let tool = try run(["--head", "--write-out", "%{stderr}%{http_code}"], config: [])
    if tool.status == 0 { return RemoteFile(heads: tool.output) }
    let status = Self.status(tool.errors)
    guard tool.status == Self.httpError, status == 405 || status == 501 else { throw failure(tool) }
    return RemoteFile(heads: "")
  }

  /// Fetches into `target.partialPath`, from its end on if it is there.
  func fetch(
    _ target: FetchTarget, _ remote: RemoteFile, resumesAt start: Int, watch: () -> Void
  ) throws -> Attempt {
    var config = ["output = \(Self.quoted(target.partialPath))"]
    if start > 0 {
      config.append("continue-at = \(start)")
      if let tag = remote.entityTag { config.append("header = \(Self.quoted("If-Range: \(tag)"))") }
    }
    let lock = ["--nonblock", "--conflict-exit-code", "\(Self.isLocked)", target.lockPath, "curl"]
    let tool = try run(["--write-out", "%{stderr}%{http_code}"], config: config, under: lock, watch: watch)
    switch tool.status {
    case 0: return .whole
    case Self.cannotResume: return .cannotResume
    case Self.isLocked: throw FetchError.busy(target.path)
    case let status where Self.cuts.contains(status): return .cut(Self.complaint(tool))
    case Self.httpError where Self.status(tool.errors) == 416: return .cannotResume
    case Self.httpError where (Self.status(tool.errors) ?? 0) >= 500: return .cut(Self.complaint(tool))
    default: throw failure(tool)
    }
  }

  /// The address and the token go through standard input: arguments can be seen by everybody.
  private func run(
    _ arguments: [String], config: [String], under lock: [String]? = nil, watch: () -> Void = {}
  ) throws -> Tool {
    let redirection = source.address.hasPrefix("https://") ? "=https" : "=http,https"
    let options = [
      "--disable", "--silent", "--show-error", "--fail", "--location", "--max-redirs", "10", "--proto",
      "=http,https", "--proto-redir", redirection, "--connect-timeout", "20", "--speed-limit", "1",
      "--speed-time", "30", "--user-agent", "kvota/\(Kvota.version)", "--config", "-",
    ]
    var lines = config + ["url = \(Self.quoted(source.address))"]
    if let token = source.token { lines.append("oauth2-bearer = \(Self.quoted(token))") }
    return try Tool.run(
      lock == nil ? "curl" : "flock", (lock ?? []) + options + arguments,
      input: lines.joined(separator: "\n") + "\n", watch: watch)
  }

  private func failure(_ tool: Tool) -> FetchError {
    if tool.status == Self.httpError, let status = Self.status(tool.errors), status >= 400 {
      return .refused(address: source.address, status: status)
    }
    return .failed(address: source.address, reason: Self.complaint(tool))
  }

  /// The answer's status, which `--write-out` puts behind what curl complains of.
  private static func status(_ errors: String) -> Int? { Int(errors.suffix(3)) }

  private static func complaint(_ tool: Tool) -> String {
    let text = tool.errors.dropLast(3).split(separator: "\n").last.map(String.init) ?? ""
    return text.isEmpty ? "curl ended with status \(tool.status)" : text
  }

  /// A text as curl's configuration has it.
  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
