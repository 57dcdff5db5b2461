import Inference
import OpenAIAPI
import Tokenizing

/// What a choice has come to.
enum ChoiceEvent: Sendable {
  case text(choice: Int, TextPiece)
  case finished(choice: Int, ChoiceEnd)
  /// Nothing came for a while.
  case silence
  /// A choice cannot go on.
  case failed(APIError)
}

/// How a choice ended.
struct ChoiceEnd: Sendable {
  let reason: OpenAIAPI.FinishReason
  /// Tokens that the client is told of.
  let tokens: Int
  let usage: SequenceUsage
  /// What is to be saved, if that was asked for.
  let saved: SavedSequence?
}

/// All choices of a request, running: their events come in one stream to one receiver.
struct Generation: Sendable {
  private let sequences: [RunningSequence]
  private let request: GenerationRequest
  private let tokenizer: Tokenizer
  private let metrics: Metrics
  private let memory: AnswerMemory

  /// Time without an event after which the receiver is told of it.
  private static let silenceTime = Duration.seconds(15)

  /// Hands all sequences to the engine, or none: those taken before one is refused are dropped and so cancelled.
  ///
  /// `memory` is for what the receiver has not taken yet; `prompt` is the field that errors about the prompt name, `client` whose request
  /// it is; `watch` shows the first choice.
  init(
    _ request: GenerationRequest, model: ServedModel, metrics: Metrics, memory: AnswerMemory,
    client: Client? = nil, watch: SequenceWatch? = nil, prompt: String
  ) throws(APIError) {
    do throws(AdmissionError) {
      try model.engine.checkTogether(request.sequences, client: client)
    } catch { throw APIError(error, prompt: request.choicesPerPrompt > 1 ? "n" : prompt) }
    var sequences: [RunningSequence] = []
    for var sequence in request.sequences {
      sequence.client = client
      sequence.watch = sequences.isEmpty ? watch : nil
      do throws(AdmissionError) { sequences.append(try model.engine.start(sequence)) } catch {
        throw APIError(error, prompt: prompt)
      }
    }
    self.sequences = sequences
    self.request = request
    tokenizer = model.tokenizer
    self.metrics = metrics
    self.memory = memory
  }

  /// Follows all choices until each has finished.
  ///
  /// Cancelling the task, or throwing from `receive`, cancels the sequences. Throws `APIError` if what is not received yet takes too
  /// much memory.
  func run(_ receive: (ChoiceEvent) async throws -> Void) async throws {
    let (events, news) = AsyncStream.makeStream(of: ChoiceEvent.self)
    try await withThrowingDiscardingTaskGroup { group in
      defer { group.cancelAll() }
      for choice in sequences.indices { group.addTask { await follow(choice, news) } }
      let start = ContinuousClock.now
      group.addTask { await Self.announceSilence(since: start, news) }
      var lastEvent = start
      var running = sequences.count
      for await event in events {
        let now = ContinuousClock.now
        if case .silence = event {
          let since = now - lastEvent >= Self.silenceTime ? now : lastEvent
          if since == now { try await receive(event) }
          group.addTask { await Self.announceSilence(since: since, news) }
          continue
        }
        lastEvent = now
        if case .failed(let error) = event { throw error }
        try await receive(event)
        switch event {
        case .text(_, let piece): memory.shrink(by: piece.heldBytes)
        case .finished: running -= 1
        case .silence, .failed: break
        }
        if running == 0 { return }
      }
      throw CancellationError()
    }
  }

  private static func announceSilence(
    since start: ContinuousClock.Instant, _ news: AsyncStream<ChoiceEvent>.Continuation
  ) async {
    if (try? await Task.sleep(until: start + silenceTime, clock: .continuous)) != nil { news.yield(.silence) }
  }

  private func follow(_ choice: Int, _ news: AsyncStream<ChoiceEvent>.Continuation) async {
    var hasFailed = false
    // The sequence ends at once: the receiver may be long in coming to the news.
    let give = { (piece: TextPiece) in
      if piece.isEmpty || hasFailed { return }
      do throws(APIError) {
        try memory.grow(by: piece.heldBytes)
        news.yield(.text(choice: choice, piece))
      } catch {
        hasFailed = true
        news.yield(.failed(error))
        sequences[choice].end()
      }
    }
    var text = ChoiceText(request, choice: choice, tokenizer: tokenizer)
    var clock = TokenClock(metrics)
    var saved: SavedSequence?
    give(text.begin())
    for await event in sequences[choice].events {
      switch event {
      case .promptScores(let scores): give(text.push(scores))
      case .score(let score): text.announce(score)
      case .token(let token):
        guard !text.isStopped else { continue }
        clock.token()
        give(text.push(token))
        if text.isStopped { sequences[choice].end() }
      case .saved(let sequence): saved = sequence
      case .finished(let reason, let usage):
        guard var reason = Self.reason(reason, isStopped: text.isStopped) else { break }
        give(text.finish())
        if reason == .stop, text.hasCalls, let tools = request.tools { reason = tools.finishReason }
        clock.finished(reason, usage)
        let end = ChoiceEnd(reason: reason, tokens: text.tokens, usage: usage, saved: saved)
        news.yield(.finished(choice: choice, end))
        return
      }
    }
    clock.aborted()
    news.finish()
  }

  /// The reason in OpenAI's words; nil for a sequence that was cancelled, and not because its stop text had come.
  private static func reason(_ reason: Inference.FinishReason, isStopped: Bool) -> OpenAIAPI.FinishReason? {
    if isStopped { return .stop }
    return switch reason {
    case .stop: .stop
    case .length: .length
    case .cancelled: nil
    }
  }
}
