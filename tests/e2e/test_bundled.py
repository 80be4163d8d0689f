"""The bundled models: they load with transformers without a warning, and Quire says what transformers says."""
import random
import warnings

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from quire import LLM, SamplingParams
from tests.conftest import FULL
from tests.e2e.command import BUNDLED

MODELS = ["quire-8m", "quire-1m"]
PROMPTS = 200 if FULL else 16
WORDS = [*"What is Explain Tell me about the a of in Docker Python Moon list count from 1 to 10 name Anna city Paris".split(),
         *"story dog cat machine learning memory cache tokens bread rain and or 23 + 45 = ? . , :".split()]


def prompts() -> list[str]:
    rng = random.Random(3)
    return [" ".join(rng.choice(WORDS) for _ in range(rng.randint(1, 90))) for _ in range(PROMPTS)]


@pytest.mark.parametrize("name", MODELS)
def test_loads_with_transformers_without_a_warning(name: str, capfd: pytest.CaptureFixture[str],
                                                    caplog: pytest.LogCaptureFixture) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = AutoModelForCausalLM.from_pretrained(BUNDLED / name)
        tokenizer = AutoTokenizer.from_pretrained(BUNDLED / name)
    said = capfd.readouterr().err.lower() + caplog.text.lower()
    assert "warn" not in said and "not initialized" not in said and "mismatch" not in said, said
    assert model.dtype == torch.bfloat16 and model.config.tie_word_embeddings
    assert len(tokenizer) == model.config.vocab_size == 4096
    assert tokenizer.tokenize("2026") == list("2026")
    assert tokenizer.eos_token == "<|im_end|>" and tokenizer.decode(tokenizer("héllo 😀 <b>").input_ids) == "héllo 😀 <b>"


def test_the_tokenizer_is_shared() -> None:
    first, second = ((BUNDLED / name / "tokenizer.json").read_bytes() for name in MODELS)
    assert first == second


@pytest.mark.parametrize("name", MODELS)
def test_the_template_renders_chat_tools_and_thinking(name: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / name)
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "Oslo"}}}
    messages = [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"},
                {"role": "assistant", "content": "", "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "call_1", "content": "12 degrees"}]
    text = tokenizer.apply_chat_template(messages, tools=[tool], tokenize=False, add_generation_prompt=True,
                                         enable_thinking=True)
    for part in ("<|im_start|>system\nBe short.", '"name": "get_weather"', '<tool_call>\n{"name": "get_weather", "arguments": '
                 '{"city": "Oslo"}}\n</tool_call>', "<tool_response>\n12 degrees", "Think before you answer."):
        assert part in text, part
    assert text.endswith("<|im_start|>assistant\n")
    plain = tokenizer.apply_chat_template(messages[1:2], tokenize=False)
    assert plain == "<|im_start|>user\nHi<|im_end|>\n"


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_greedy_tokens_are_those_of_transformers(name: str, ranks: int) -> None:
    """All prompts in one continuously batched run, each output checked by one forward pass of the reference."""
    params = SamplingParams(temperature=0, max_tokens=24, ignore_eos=True)
    llm = LLM(model=str(BUNDLED / name), dtype="float32", max_model_len=1024, tensor_parallel_size=ranks)
    outputs = llm.generate(prompts(), params, use_tqdm=False)
    reference = AutoModelForCausalLM.from_pretrained(BUNDLED / name, dtype=torch.float32).eval()
    seen: set[int] = set()
    for output in outputs:
        prompt, answer = list(output.prompt_token_ids), list(output.outputs[0].token_ids)
        assert len(answer) == 24
        with torch.inference_mode():
            logits = reference(torch.tensor([prompt + answer[:-1]])).logits[0, len(prompt) - 1:]
        best = logits.max(-1)
        for step, (chosen, top) in enumerate(zip(answer, best.indices.tolist(), strict=True)):
            assert chosen == top or float(best.values[step] - logits[step, chosen]) < 1e-4, (output.prompt, step)
        seen.update(answer)
    assert len(seen) > (100 if name == "quire-8m" else 25), "too few distinct ids to show anything"

