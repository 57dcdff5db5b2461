/// LLaMA and all that share its shape (Mistral, Mixtral, TinyLlama, SmolLM2, Vicuna): RMSNorm, rotary positions in adjacent pairs,
/// grouped-query attention, SwiGLU, or experts of that kind.
enum Llama {
  static let architecture = Architecture(name: "llama") { (metadata) throws(ModelError) in
    var model = try metadata.common(norm: .rms, pairsHalves: false)
    if metadata.hasTensor("blk.0.attn_q.bias") { model.biases.insert(.queryKeyValue) }
    if metadata.hasTensor("blk.0.attn_output.bias") { model.biases.insert(.attentionOutput) }
    // The first Mistral has one.
    model.window = try metadata.slidingWindow()
    model.experts = try metadata.experts()
    return model
  }
}
