import Caching
import Inference
import OpenAIAPI

/// How a session bears on a request: its tokens come first, its cache's options hold, its file must have room.
extension ServedModel {
  /// Where sessions are saved.
  ///
  /// Throws the error that says how to have such a place, with this status.
  func sessionStore(otherwise status: Int) throws(APIError) -> SessionStore {
    guard let sessions else {
      throw APIError(
        status: status, message: "this server keeps no sessions; start it with --session-dir DIR",
        type: status == 404 ? "not_found_error" : "invalid_request_error", param: "session",
        code: "sessions_disabled")
    }
    return sessions
  }

  /// The session that a request names, opened; nil if it names none.
  func open(_ name: String?) async throws -> OpenSession? {
    guard let name else { return nil }
    return try await sessionStore(otherwise: 400).open(name)
  }

  /// The prompt in the session's own tokens, as far as it has them.
  func prompt(_ tokens: [Int32], of session: OpenSession?) throws(APIError) -> [Int32] {
    guard let session, let saved = session.saved else { return tokens }
    return try SessionPrompt.prompt(
      tokens, continuing: saved.tokens, of: session.name, tokenizer: tokenizer)
  }

  /// What the session's cache was asked to be, for a request that says nothing about it in any place, else what `resolve` makes of that.
  ///
  /// What a request says must agree with the session, which is for the engine to check.
  func cache(
    of session: OpenSession?, said: [CacheOptions?], resolve: () throws(APIError) -> CacheRequest
  ) throws(APIError) -> CacheRequest {
    guard let saved = session?.saved, said.allSatisfy({ $0 == nil }) else { return try resolve() }
    return saved.cache.record.request
  }

  /// Lets the request go on from the session and be saved to it.
  func attach(_ session: OpenSession?, to request: inout GenerationRequest) throws(APIError) {
    guard let session else { return }
    do { try CacheRecord.checkSavable(request.sequences[0].cache) } catch {
      throw APIError(.cache(error), prompt: "prompt")
    }
    request.attach(session)
  }

  /// Makes sure that what the request's session may come to hold can be saved.
  func reserveFile(_ request: GenerationRequest) throws(APIError) {
    guard let session = request.session else { return }
    let plan: CachePlan
    do throws(AdmissionError) { plan = try engine.plan(request.sequences[0]) } catch {
      throw APIError(error, prompt: "prompt")
    }
    try session.reserve(
      plan.peakBytes + 4 * plan.maxTotalTokens + Self.mostInfoBytes(plan), cache: plan.peakBytes)
  }

  /// Bytes of what stands before the tokens in a session's file: some numbers for each head, and pins.
  private static func mostInfoBytes(_ plan: CachePlan) -> Int {
    4096 + 32 * plan.shape.heads + 32 * (plan.request.pins.count + plan.request.spans.count)
  }
}
