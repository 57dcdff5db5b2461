import FoundationEssentials
import OpenAIAPI

/// `GET /v1/kv/policies`: the policies, allocators and options that there are, as `kvota policies --json` prints them.
struct PolicyListing: Endpoint {
  func respond(to call: Call, _ responder: Responder) async throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try await responder.send(json: Array(encoder.encode(PolicyList())))
  }
}
