/// What was measured for one workload.
struct SpeedRow: Encodable {
  /// The peer in its better setting.
  struct PeerResult: Encodable {
    let flashAttention: Peer.FlashAttention
    let tokensPerSecond: Spread

    /// The setting with the highest median.
    static func best(_ rates: [(Peer.FlashAttention, [Double])]) -> PeerResult? {
      rates.compactMap { setting, rates in
        Spread(rates).map { PeerResult(flashAttention: setting, tokensPerSecond: $0) }
      }.max { $0.tokensPerSecond.median < $1.tokensPerSecond.median }
    }
  }

  let name: String
  let workload: Workload
  let tokensPerSecond: Spread
  /// What the machine's ceilings allow for this work.
  let floorTokensPerSecond: Double
  let shareOfFloor: Double
  let kvMemory: KVMemory?
  let peer: PeerResult?
  /// Our median over the peer's.
  let ratioToPeer: Double?

  /// Nil if nothing was measured.
  init?(_ workload: Workload, own: [Measurement], ceilings: Ceilings, kvMemory: KVMemory?, peer: PeerResult?)
  {
    guard let rates = Spread(own.map(\.tokensPerSecond)), let last = own.last else { return nil }
    name = workload.name
    self.workload = workload
    tokensPerSecond = rates
    floorTokensPerSecond = Double(last.tokens) / ceilings.floorSeconds(last.cost)
    shareOfFloor = rates.median / floorTokensPerSecond
    self.kvMemory = kvMemory
    self.peer = peer
    ratioToPeer = peer.flatMap {
      $0.tokensPerSecond.median > 0 ? rates.median / $0.tokensPerSecond.median : nil
    }
  }
}
