"""The corpus of the bundled models: the same bytes each time, rendered as the chat template renders, nothing of the
evaluation in it."""
import hashlib
from itertools import islice
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from training import build
from training.corpus import mixture
from training.corpus.form import Chat, Document
from training.corpus.render import END, encode, prompt_of, text_of

SAMPLE = 400
BUNDLED = Path(__file__).parents[2] / "src" / "quire" / "bundled"


def sample(family: str, count: int = SAMPLE, seed: int = 1) -> list[Document]:
    return list(islice(mixture.MIX[family][0](mixture.source(seed, family), count), count))


@pytest.mark.parametrize("family", mixture.MIX)
def test_the_same_seed_gives_the_same_documents(family):
    first, second, other = sample(family), sample(family), sample(family, seed=2)
    assert first == second != other
    assert len(first) == SAMPLE


def test_two_runs_write_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        build.build(tmp_path / name, seed=1, scale=0.004)
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert {"tokenizer.json", "train.ids.npy", "train.kinds.npy", "long.ids.npy"} <= set(files)
    for name in files:
        first, second = ((tmp_path / run / name).read_bytes() for run in ("a", "b"))
        assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest(), name


@pytest.mark.parametrize("family", mixture.MIX)
def test_rendered_as_the_chat_template_renders(family):
    tokenizer = AutoTokenizer.from_pretrained(BUNDLED / "quire-8m")
    fast = Tokenizer.from_file(str(BUNDLED / "quire-8m" / "tokenizer.json"))
    for document in sample(family, 60):
        if isinstance(document, Chat):
            text = tokenizer.apply_chat_template(document.messages, tools=document.tools, tokenize=False,
                                                 enable_thinking=document.think)
            assert text + END == text_of(document)
            assert encode(document, fast)[0] == fast.encode(text_of(document), add_special_tokens=False).ids


def last_question(chat: Chat) -> str:
    return "\n".join(f"{m['role']}: {m.get('content')}" for m in chat.messages[:-1])


def trained_text(count: int) -> tuple[set[str], set[str]]:
    """Whole conversations up to each answer, and the single messages of users that carry a wording."""
    contexts: set[str] = set()
    messages: set[str] = set()
    for family in mixture.MIX:
        for document in sample(family, count):
            if isinstance(document, Chat):
                for i, message in enumerate(document.messages):
                    if message["role"] == "assistant":
                        contexts.add(last_question(Chat(document.messages[:i + 1])))
                    elif message["role"] == "user":
                        messages.add(message["content"])
    return contexts, messages


def test_no_evaluation_item_occurs_in_training():
    contexts, _ = trained_text(3_000)
    items = list(mixture.items(1, 100))
    assert len(items) >= 100 * (len(mixture.HELD_OUT) - 1)
    for item in items:
        if item.check["kind"] != "continue":
            assert last_question(item.chat) not in contexts, item


def test_the_check_would_see_a_leak():
    contexts, messages = trained_text(200)
    document = next(d for d in sample("topics", 200) if isinstance(d, Chat))
    assert last_question(document) in contexts and document.messages[0]["content"] in messages


def test_held_out_sums_are_never_taught():
    from training.corpus.families.tools_words import is_held_pair
    sums = [item.check["value"] for item in mixture.HELD_OUT["arithmetic"](mixture.source(1, "x"), 50)]
    assert len(set(sums)) > 10
    for a, b in ((a, b) for a in range(10, 100) for b in range(10, 100) if is_held_pair(a, b)):
        assert f"{a} + {b} =" not in ARITHMETIC, (a, b)


ARITHMETIC = "\n".join(text_of(d) for d in sample("arithmetic", 3_000))


def test_prompts_end_where_the_answer_begins():
    fast = Tokenizer.from_file(str(BUNDLED / "quire-8m" / "tokenizer.json"))
    for item in mixture.items(1, 5):
        if item.chat.messages[0]["role"] != "assistant":
            assert fast.decode(prompt_of(item.chat, fast), skip_special_tokens=False).endswith("<|im_start|>assistant\n")
