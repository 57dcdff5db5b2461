import Caching
import OpenAIAPI

/// What requests get that say nothing about their cache, as the command line or the environment has it.
enum CacheDefaults {
  /// Reads and checks the options; flags beat the environment, that the file, and in each the named settings beat `kv-options`.
  static func options(_ texts: SettingTexts) throws(SettingsError) -> CacheOptions {
    var options = CacheOptions()
    for layer in texts.layers.reversed() {
      options = CacheResolution.merge([try read(layer)], over: options)
    }
    do { try check(options) } catch {
      throw refusal(
        [SettingName.kvPolicy, .kvBudget, .kvOptions].compactMap { texts.text($0)?.origin }, error)
    }
    return options
  }

  /// What is told of options that were set at `origins`.
  fileprivate static func refusal(_ origins: [String], _ error: any Error) -> SettingsError {
    let reason = (error as? APIError)?.message ?? "\(error)"
    return SettingsError(
      "the cache of requests that say nothing (\(origins.joined(separator: ", "))): \(reason)")
  }

  /// What a request gets that says a budget and nothing else.
  static func budgeted(_ defaults: CacheOptions) -> CacheRequest? {
    var options = CacheOptions()
    options.budget = .slots(1)
    return try? probe(CacheResolution.merge([options], over: defaults))
  }

  /// Throws what every text would be refused for.
  static func check(_ options: CacheOptions) throws {
    _ = try CachePlan(probe(options), shape: CacheShape.smallest, promptTokens: 1, maxNewTokens: 0)
  }

  fileprivate static func checkLongTexts(_ options: CacheOptions) throws {
    guard try EvictionPolicies.description(named: policyText(options)).evicts else { return }
    _ = try CachePlan(probe(options), shape: CacheShape.smallest, promptTokens: 1 << 20, maxNewTokens: 1)
  }

  private static func read(_ texts: SettingTexts) throws(SettingsError) -> CacheOptions {
    var options = CacheOptions()
    if let (text, origin) = texts.text(.kvOptions) {
      do { options = try CacheOptions(header: text, path: origin) } catch {
        throw SettingsError(error.message)
      }
    }
    var named = CacheOptions()
    if let (name, origin) = texts.text(.kvPolicy) {
      do { named.policy = try EvictionPolicies.description(named: name).name } catch {
        throw SettingsError("\(origin): \(error)")
      }
    }
    if let (text, origin) = texts.text(.kvBudget) {
      guard let budget = RequestedBudget(text) else {
        throw SettingsError(
          "\(origin) is '\(text)'; expected slots (512), a share of the prompt (0.5 or 50%) or bytes (64MiB)")
      }
      named.budget = budget
    }
    return CacheResolution.merge([named], over: options)
  }

  /// A request for the shortest text: what it is refused for, every text would be refused for.
  private static func probe(_ options: CacheOptions) throws(APIError) -> CacheRequest {
    var options = options
    options.pins = nil
    var request = try CacheResolution.cacheRequest(options)
    request.spans = [0..<1]
    return request
  }

  /// Policy and budget, as in `roco, 512 slots`.
  static func text(_ options: CacheOptions) -> String {
    [policyText(options), budgetText(options)].compactMap(\.self).joined(separator: ", ")
  }

  static func policyText(_ options: CacheOptions) -> String {
    CacheResolution.completed(options).policy ?? "full"
  }

  static func budgetText(_ options: CacheOptions) -> String? {
    switch options.budget {
    case .slots(let count): "\(count) slots"
    case .ratio(let share): "\(share) of the prompt"
    case .bytes(let bytes): MemorySize.text(bytes)
    case nil: nil
    }
  }
}

extension Settings {
  /// Refuses a cache for requests that say nothing under which every long text would be refused, as whoever sends one has not chosen it.
  ///
  /// But for `full`, whose budget is a limit that is meant.
  package func checkLongTexts() throws(SettingsError) {
    do { try CacheDefaults.checkLongTexts(cacheDefaults) } catch {
      let said = [SettingName.kvPolicy, .kvBudget, .kvOptions].compactMap { origins[$0] }
      throw CacheDefaults.refusal(said, error)
    }
  }
}

extension CacheShape {
  /// The least cache of all models.
  fileprivate static var smallest: CacheShape {
    get throws(CacheError) { try CacheShape(layers: 1, kvHeads: 1, queryHeads: 1, headDimension: 1) }
  }
}
