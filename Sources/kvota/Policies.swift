import ArgumentParser
import Caching
import Foundation
import OpenAIAPI
import Serving

/// `kvota policies`: what the registries know.
struct Policies: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List eviction policies, allocators and options, and how a request chooses them.")

  @Flag(help: "Print JSON.")
  var json = false

  private static let usage = """
    A request chooses in its body, in a header, or by the model's name (body beats header beats name); a server has
    defaults:

      {"kv_cache": {"policy": "roco", "budget": 512, "pins": ["system"]}}
      x-kvota-kv: roco; budget=50%; stride=16; pins=system,message:-1
      {"model": "NAME@roco-512;pins=system"}
      kvota serve --kv-policy roco --kv-budget 512 --kv-options "pins=system"
    """

  func run() throws {
    let list = try PolicyList()
    Console.print(json ? try JSONText.of(list) : list.text + "\n\n" + Self.usage)
  }
}
