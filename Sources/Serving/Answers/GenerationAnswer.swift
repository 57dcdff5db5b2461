import OpenAIAPI

/// Brings a generation to its client, whole or as a stream of events.
struct GenerationAnswer<Format: AnswerFormat> {
  let request: GenerationRequest
  let generation: Generation
  let format: Format

  /// Answers as the request wants it; returns when the last byte is with the system.
  func send(to responder: Responder) async throws {
    if request.isStreamed { try await stream(to: responder) } else { try await sendWhole(to: responder) }
  }

  private func sendWhole(to responder: Responder) async throws {
    var texts = [String](repeating: "", count: request.sequences.count)
    var ends = [ChoiceEnd?](repeating: nil, count: texts.count)
    try await generation.run { event in
      switch event {
      case .text(let choice, let piece): texts[choice] += piece
      case .finished(let choice, let end): ends[choice] = end
      case .silence: break
      }
    }
    let usage = Usage(request, ends.compactMap(\.self))
    responder.usage = usage
    responder.timings = RequestTimings(ends.compactMap(\.self))
    try await save(ends.compactMap(\.self))
    try await responder.send(format.whole(texts, ends.compactMap(\.self), usage: usage))
  }

  /// An answer is complete only once its session is safe: the next request may go to another server.
  private func save(_ ends: [ChoiceEnd]) async throws {
    guard let session = request.session, let saved = ends.first?.saved else { return }
    try await session.save(saved)
  }

  private func stream(to responder: Responder) async throws {
    var ends: [ChoiceEnd] = []
    var chunk: [UInt8] = []
    try await responder.startEvents()
    for choice in request.sequences.indices {
      if let opening = format.opening(choice: choice) { try await responder.send(chunk: opening) }
    }
    try await generation.run { event in
      switch event {
      case .text(let choice, let piece):
        chunk.removeAll(keepingCapacity: true)
        format.write(piece, choice: choice, to: &chunk)
        try await responder.send(chunk: chunk)
      case .finished(let choice, let end):
        ends.append(end)
        try await responder.send(chunk: format.closing(choice: choice, reason: end.reason))
      case .silence: try await responder.ping()
      }
    }
    let usage = Usage(request, ends)
    responder.usage = usage
    responder.timings = RequestTimings(ends)
    try await save(ends)
    if request.includesUsage { try await responder.send(chunk: format.final(usage)) }
    try await responder.finishEvents()
  }
}
