"""Fields of OpenAI's and of vLLM's interface that this version does not have: refused by name, unless they ask for nothing."""
from typing import Any, NamedTuple


class Absent(NamedTuple):
    """neutral     values that ask for nothing
    instead     what to do, in words
    """
    neutral: tuple[Any, ...]
    instead: str


_TEXT_ONLY = "this model reads and writes text only"
_CONNECTOR = "there is no connector to another server; leave it out"

ABSENT: dict[str, Absent] = {
    # older names
    "functions": Absent((None,), "send tools"),
    "function_call": Absent((None, "none", "auto"), "send tool_choice"),
    "guided_json_object": Absent((None, False), "use response_format with the type json_object"),
    "structural_tag": Absent((None,), "use structured_outputs with a grammar"),
    # other than text
    "audio": Absent((None,), _TEXT_ONLY),
    "prompt_embeds": Absent((None,), "send text or token ids"),
    "media_io_kwargs": Absent((None, {}), _TEXT_ONLY),
    "mm_processor_kwargs": Absent((None, {}), _TEXT_ONLY),
    "mm_payload": Absent((None, "none", "tensors"), _TEXT_ONLY),
    "return_mm_kwargs": Absent((None, False), _TEXT_ONLY),
    # how tokens are drawn
    "use_beam_search": Absent((None, False), "leave it out, or ask for several answers with n"),
    "length_penalty": Absent((None, 1, 1.0), "it belongs to beam search, which there is not"),
    "suffix": Absent((None, ""), "this model does not fill in the middle; put all of the text into the prompt"),
    "watermarking": Absent((None, False), "leave it out"),
    "thinking_token_budget": Absent((None,), "limit all tokens with max_tokens"),
    "repetition_detection": Absent((None,), "use repetition_penalty, frequency_penalty or stop"),
    "logprob_token_ids": Absent((None, []), "use logprobs, which reports the best tokens"),
    "prompt_logprob_token_ids": Absent((None,), "use prompt_logprobs, which reports the best tokens"),
    "prompt_logprob_start": Absent((None, 0), "use prompt_logprobs, which reports all positions"),
    # other services
    "web_search_options": Absent((None,), "put what the model should know into a message"),
    "moderation": Absent((None,), "check the text before and after"),
    "store": Absent((None, False), "nothing is stored; leave it out or set it to false"),
    "background": Absent((None, False), "keep the connection open, or stream"),
    "kv_transfer_params": Absent((None,), _CONNECTOR),
    "ec_transfer_params": Absent((None,), _CONNECTOR),
    "vllm_xargs": Absent((None, {}), "there are no plugins; leave it out"),
    "logits_processors": Absent((None, []), "use logit_bias, bad_words or allowed_token_ids"),
    "routed_experts_prompt_start": Absent((None, 0), "leave it out"),
    "return_token_offsets": Absent((None, False), "logprobs of completions have text_offset"),
    "chat_template": Absent((None,), "the operator chooses the template, with --chat-template"),
}

_OPENAI = "use /v1/completions, which has it"
_PLAIN = {
    "stream": Absent((None, False), _OPENAI), "n": Absent((None, 1), _OPENAI), "logprobs": Absent((None,), _OPENAI),
    "echo": Absent((None, False), _OPENAI), "messages": Absent((None,), "use /v1/chat/completions"),
}
_TEXT = "send text or token ids as input"
OF_SHAPE: dict[str, dict[str, Absent]] = {
    "EmbeddingRequest": {
        "messages": Absent((None,), _TEXT),
        "add_generation_prompt": Absent((None, False), _TEXT),
        "continue_final_message": Absent((None, False), _TEXT),
        "chat_template_kwargs": Absent((None, {}), _TEXT),
        "embed_dtype": Absent((None, "float32"), "numbers are float32"),
        "endianness": Absent((None, "native", "little"), "base64 is little-endian"),
        "padding": Absent((None, "do_not_pad"), "nothing is padded; leave it out"),
        "task": Absent((None, "embed"), "there is only embed"),
        "stream": Absent((None, False), "vectors come whole"),
    },
    "GenerateRequest": _PLAIN,
    "BatchGenerateRequest": _PLAIN,
}
