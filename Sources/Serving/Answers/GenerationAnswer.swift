import OpenAIAPI

/// Brings a generation to its client, whole or as a stream of events.
struct GenerationAnswer<Format: AnswerFormat> {
  let request: GenerationRequest
  let generation: Generation
  let memory: AnswerMemory
  let format: Format

  /// Answers as the request wants it; returns when the last byte is with the system.
  func send(to responder: Responder) async throws {
    if request.isStreamed { try await stream(to: responder) } else { try await sendWhole(to: responder) }
  }

  private func sendWhole(to responder: Responder) async throws {
    var choices = request.sequences.map { _ in
      WholeChoice<Format.Logprobs>(tellsLogprobs: request.tellsLogprobs)
    }
    try await generation.run { event in
      switch event {
      case .text(let choice, let piece):
        let before = choices[choice].heldBytes
        choices[choice].append(piece)
        try memory.grow(by: choices[choice].heldBytes - before)
      case .finished(let choice, let end): choices[choice].end = end
      case .silence, .failed: break
      }
    }
    let ends = choices.compactMap(\.end)
    let usage = Usage(request, ends)
    responder.usage = usage
    responder.timings = RequestTimings(ends)
    try await save(ends)
    try await responder.send(format.whole(choices, usage: usage, timings: timings(ends)))
  }

  /// An answer is complete only once its session is safe: the next request may go to another server.
  private func save(_ ends: [ChoiceEnd]) async throws {
    guard let session = request.session, let saved = ends.first?.saved else { return }
    try await session.save(saved)
  }

  private func stream(to responder: Responder) async throws {
    // By choice, whichever ends first.
    var choiceEnds = [ChoiceEnd?](repeating: nil, count: request.sequences.count)
    var chunk: [UInt8] = []
    var hasBegun = false
    try await generation.run { event in
      if !hasBegun { try await begin(responder) }
      hasBegun = true
      switch event {
      case .text(let choice, let piece):
        if !piece.text.isEmpty || !piece.tokens.isEmpty {
          chunk.removeAll(keepingCapacity: true)
          write(piece, choice: choice, to: &chunk)
          try await responder.send(chunk: chunk)
        }
        for part in piece.calls { try await responder.send(chunk: format.chunk(part, choice: choice)) }
      case .finished(let choice, let end):
        choiceEnds[choice] = end
        try await responder.send(chunk: format.closing(choice: choice, reason: end.reason))
      case .silence: try await responder.ping()
      case .failed: break
      }
    }
    let ends = choiceEnds.compactMap(\.self)
    let usage = Usage(request, ends)
    responder.usage = usage
    responder.timings = RequestTimings(ends)
    try await save(ends)
    if request.includesUsage || request.includesTimings {
      let told = request.includesUsage ? usage : nil
      try await responder.send(chunk: format.final(told, timings: timings(ends)))
    }
    try await responder.finishEvents()
  }

  /// Not before there is something to tell: until then what fails can have its status, and a client that has ended its input can be asked
  /// whether it is there.
  private func begin(_ responder: Responder) async throws {
    try await responder.startEvents()
    for choice in request.sequences.indices {
      if let opening = format.opening(choice: choice) { try await responder.send(chunk: opening) }
    }
  }

  private func write(_ piece: TextPiece, choice: Int, to chunk: inout [UInt8]) {
    guard request.tellsLogprobs else { return format.write(piece.text, choice: choice, to: &chunk) }
    var logprobs = Format.Logprobs()
    for token in piece.tokens { logprobs.append(token) }
    chunk += format.chunk(piece.text, logprobs, choice: choice)
  }

  private func timings(_ ends: [ChoiceEnd]) -> Timings? { request.includesTimings ? Timings(ends) : nil }
}
