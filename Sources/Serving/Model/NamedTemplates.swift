/// Chat templates that go by a name, for models that bring none or another than is wanted.
enum NamedTemplates {
  static let all: [String: String] = [
    "chatml": chatML, "gemma": gemma, "hermes": hermes, "llama3": llama3, "zephyr": zephyr,
  ]

  static var names: [String] { all.keys.sorted() }

  /// What most fine-tuned models know.
  static let chatML = """
    {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' \
    + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
    """

  /// ChatML with tools, told of and called as by Hermes and Qwen.
  private static let hermes = """
    {%- set begins = messages and messages[0].role == 'system' %}
    {%- set first = messages[0].content if begins else '' %}
    {%- if tools or first %}{{ '<|im_start|>system\\n' + first }}
    {%- if tools %}
    {{- ('\\n\\n' if first else '') + 'You may call functions. There are:\\n<tools>\\n' }}
    {%- for tool in tools %}{{ tool | tojson + '\\n' }}{% endfor %}
    {{- '</tools>\\nTo call one, write its name and arguments as JSON within tags:\\n<tool_call>\\n' }}
    {{- '{"name": NAME, "arguments": OBJECT}\\n</tool_call>' }}
    {%- endif %}{{ '<|im_end|>\\n' }}{% endif %}
    {%- for message in (messages[1:] if begins else messages) %}
    {%- if message.role == 'tool' %}
    {{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
    {%- else %}{{ '<|im_start|>' + message.role + '\\n' + message.content }}
    {%- for call in message.tool_calls or [] %}
    {{- ('\\n' if message.content or not loop.first else '') + '<tool_call>\\n{"name": ' }}
    {{- call.function.name | tojson + ', "arguments": ' + call.function.arguments | tojson + '}\\n</tool_call>' }}
    {%- endfor %}{{ '<|im_end|>\\n' }}
    {%- endif %}{%- endfor %}
    {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
    """

  private static let llama3 = """
    {{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' \
    + message['content'] | trim + '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}\
    {{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}
    """

  /// Without a role of its own for the system, whose words open the user's first turn.
  private static let gemma = """
    {%- set first = messages[0].content | trim + '\\n\\n' if messages and messages[0].role == 'system' else '' %}
    {{- bos_token }}
    {%- for message in (messages[1:] if first else messages) %}
    {{- '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\\n' }}
    {{- (first if loop.first else '') + message.content | trim + '<end_of_turn>\\n' }}
    {%- endfor %}
    {%- if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}
    """

  private static let zephyr = """
    {% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + message['content'] + eos_token + '\\n' }}\
    {% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}
    """
}
