/// Where the chunks of a prompt end, as far as a cache depends on it: what two sequences pass alike can be handed from one to the other.
extension EvictionSchedule {
  /// Whether the queries of the dense part count.
  private var countsDensePart: Bool { firstCounted == 0 }

  /// The last position up to `position`, before the end of the prompt, at which a chunk ends; 0 if there is none.
  ///
  /// Where the dense part may come in any pieces, whole chunks of it are taken as well.
  func chunkEnd(atMost position: Int) -> Int {
    let end = min(position, promptTokens - 1)
    return end >= denseTokens
      ? denseTokens + (end - denseTokens) / stride * stride : max(0, end) / denseChunk * denseChunk
  }

  /// Whether two sequences have been fed and have evicted alike once `fed` tokens of the same prompt have been fed to both.
  func agrees(with other: Self, upTo fed: Int) -> Bool {
    stride == other.stride && mode == other.mode
      && (windowBudget == other.windowBudget || !(hasLimits || other.hasLimits))
      && min(window ?? .max, fed) == min(other.window ?? .max, fed) && offsets == other.offsets
      && countsDensePart == other.countsDensePart
      && (fed <= min(denseTokens, other.denseTokens)
        || (denseTokens == other.denseTokens && prefillLimit == other.prefillLimit))
      && denseChunk == other.denseChunk && chunkEnd(atMost: fed) == fed && other.chunkEnd(atMost: fed) == fed
  }
}

extension CachePlan {
  /// Whether every token keeps its slot for good in every layer, in pages that a head never gives away.
  package var neverEvicts: Bool {
    schedule.prefillLimit == nil && (schedule.decodeLimit ?? .max) >= maxTotalTokens
      && schedule.window == nil && !sharesPages && request.elasticMinimum == nil
  }

  /// Whether the dense part of the prompt may come from a whole prefix: nothing is to be known of it but keys and values.
  package var takesWholePrefixes: Bool {
    schedule.firstCounted != 0 && !layout.needs.queryMoments && !layout.needs.valueNorms
  }

  /// First tokens of the prompt that may come from a whole prefix.
  package var wholePrefixTokens: Int {
    if neverEvicts { return promptTokens - 1 }
    return takesWholePrefixes ? min(denseTokens, promptTokens - 1) : 0
  }

  package func chunkEnd(atMost position: Int) -> Int { schedule.chunkEnd(atMost: position) }

  /// Whether what is evicted follows the same rules, whatever the lengths.
  package func isAlike(_ other: CachePlan) -> Bool { rules == other.rules }

  /// Whether a cache of this plan and one of `other` are the same once `fed` tokens of the same prompt have been fed to both.
  package func agrees(with other: CachePlan, upTo fed: Int) -> Bool {
    fed > 0 && schedule.agrees(with: other.schedule, upTo: fed) && rules == other.rules
      && layout.isOfKind(other.layout)
  }

  /// The request without what the schedule says, and what only matters after the prompt.
  private var rules: CacheRequest {
    var rules = request
    (rules.policy, rules.scope, rules.budget, rules.stride) = (policyName, scope, nil, nil)
    rules.elasticMinimum = nil
    return rules
  }
}
