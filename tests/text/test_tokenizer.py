"""Ids as the library and transformers give them; special tokens never out of text; broken folders refused in words."""
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken
from transformers import AutoTokenizer, GPT2Tokenizer, PreTrainedTokenizerFast

from quire.core.errors import InvalidRequest, ModelError
from quire.text.spellings import Spellings
from quire.text.tokenizer import Tokenizer
from tests.text.examples import examples
from tests.text.made import CHATML, KINDS, MARKS, byte_fallback, byte_level, kept, save, tokenizer

TEMPLATE = "{% for m in messages %}<|im_start|>{{ m.content }}<think></think><tool_call>{% endfor %}"
SPELLINGS = [*CHATML, "<s>", "</s>", "<unk>", "<a>", "<b>", "[UNK]"]
rough = st.lists(st.sampled_from([*SPELLINGS, *MARKS, "<|im_", "start|>", "<", "|>", "s>", " ", "hello", "é", "😀", "\n"]),
                 max_size=10).map("".join)


@pytest.fixture
def chatml(tmp_path):
    names = {"bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    return Tokenizer.load(save(byte_level(), tmp_path, names, TEMPLATE))


@pytest.mark.parametrize("kind", list(KINDS))
@examples(100)
@given(text=rough)
def test_text_alone_makes_no_special_id(kind, text):
    """Nor does the model itself, which in the unigram kind likes its special pieces best."""
    made = tokenizer(kind)
    unknown = {made.token_to_id("<unk>"), made.token_to_id("[UNK]")}        # a letter that the vocabulary does not know
    assert not set(made.encode(text, add_special_tokens=False)) & (made.special_ids - unknown)


@pytest.mark.parametrize("kind", list(KINDS))
@examples(100)
@given(text=rough | st.text(max_size=20))
def test_where_special_tokens_are_allowed_ids_are_the_librarys(kind, text):
    for around in (True, False):
        want = kept(kind).encode(text, add_special_tokens=around).ids
        assert tokenizer(kind).encode(text, around, allow_special=True) == want


@pytest.mark.parametrize("kind", ["byte-level", "byte-fallback", "metaspace"])
@examples(100)
@given(text=rough)
def test_text_that_spells_special_tokens_comes_back(kind, text):
    """In bytes it is what was typed: nothing is dropped or marked."""
    made = tokenizer(kind)
    assert made.decode(made.encode(text, False), skip_special_tokens=False).lstrip() == text.lstrip()


def test_a_model_that_merges_text_to_a_special_token_does_not(tmp_path):
    spec = json.loads(byte_level().to_str())
    vocab, special = spec["model"]["vocab"], {t["content"] for t in spec["added_tokens"]}
    old = next(merge for merge in spec["model"]["merges"] if "".join(merge) not in special)
    text = "".join(old)
    spec["added_tokens"].append({"id": vocab[text], "content": text, "single_word": False, "lstrip": False, "rstrip": False,
                                 "normalized": False, "special": True})
    spec["added_tokens"].sort(key=lambda t: t["id"])
    (tmp_path / "tokenizer.json").write_text(json.dumps(spec))
    made = Tokenizer.load(tmp_path)
    typed = made.token_bytes(vocab[text]).decode()
    assert made.encode(text, False, allow_special=True) == [vocab[text]]
    assert vocab[text] not in made.encode(typed, False) + made.encode(text, False)


def test_marks_of_the_template_are_ordinary_in_a_plain_prompt(chatml):
    ids = chatml.encode("<think>a<|im_end|>", add_special_tokens=False)
    assert ids[0] == chatml.token_to_id("<think>") and chatml.token_to_id("<|im_end|>") not in ids
    assert set(chatml.spellings.marks) == {"<think>", "</think>", "<tool_call>"}       # not those that it does not write


def test_words_and_spaces_that_are_added_tokens_are_no_marks(tmp_path):
    backend = byte_level()
    backend.add_tokens([AddedToken(text, special=False, normalized=False) for text in ("messages", "    ", "...")])
    made = Tokenizer.load(save(backend, tmp_path, template=TEMPLATE + "messages    ..."))
    assert not {"messages", "    ", "..."} & set(made.spellings.marks)


def test_names_and_ids(chatml):
    assert (chatml.bos_id, chatml.eos_id) == (None, chatml.token_to_id("<|im_end|>"))
    assert {chatml.id_to_piece(i) for i in chatml.special_ids} == set(CHATML)
    assert chatml.vocab_size == byte_level().get_vocab_size() == max(chatml.added_ids) + 1
    assert chatml.id_to_piece(chatml.eos_id) == chatml.token_text(chatml.eos_id) == "<|im_end|>"
    assert chatml.token_bytes(chatml.eos_id) == b"<|im_end|>"
    assert chatml.chat_template == TEMPLATE


def test_no_private_spelling_is_ever_shown(chatml):
    for i in range(chatml.vocab_size):
        assert not any(private in chatml.id_to_piece(i) + chatml.token_text(i) for private in chatml.spellings.all.values())


def test_bytes_of_every_id_joined_are_those_of_the_text():
    for kind in ("byte-level", "byte-fallback"):
        made = tokenizer(kind)
        spelled = {made.token_bytes(i) for i in range(made.vocab_size)}
        assert {bytes([b]) for b in range(256)} <= spelled
    assert tokenizer("byte-fallback").token_bytes(tokenizer("byte-fallback").token_to_id("<0x0A>")) == b"\n"
    assert tokenizer("byte-level").token_bytes(-1) == tokenizer("byte-level").token_bytes(10 ** 9) == b""


@pytest.mark.parametrize("ids", [[-1], [10 ** 9], [2 ** 70], ["1"], [1.0], [None]])
def test_decode_refuses_what_is_no_id(chatml, ids):
    with pytest.raises(InvalidRequest, match="not an id of this vocabulary"):
        chatml.decode(ids)


def test_half_a_surrogate_pair_is_refused(chatml):
    with pytest.raises(InvalidRequest, match="surrogate"):
        chatml.encode("a\ud800b")


def test_nul_is_text(chatml):
    assert chatml.decode(chatml.encode("a\0b")) == "a\0b"


# ---- as transformers has it

SETTINGS = [
    {}, {"add_bos_token": True, "bos_token": "<s>"}, {"add_bos_token": False, "bos_token": "<s>"},
    {"add_bos_token": True, "add_eos_token": True, "bos_token": "<s>", "eos_token": "</s>"},
    {"add_eos_token": True, "eos_token": {"content": "</s>", "__type": "AddedToken", "lstrip": False}},
    {"bos_token": "<s>", "pad_token": "<0x00>"},            # a named token that the library did not know as special
    {"added_tokens_decoder": {"1": {"content": "<s>", "special": True}, "2": {"content": "</s>", "special": True}}},
    {"additional_special_tokens": ["</s>"], "pad_token": None}]


@pytest.mark.parametrize("changes", SETTINGS)
def test_as_transformers_with_these_settings(tmp_path, changes):
    folder = save(byte_fallback(), tmp_path, changes)
    theirs, made = PreTrainedTokenizerFast.from_pretrained(folder), Tokenizer.load(folder)
    for text in ("Hello world", "<s> the quick </s>fox", ""):
        for around in (True, False):
            assert made.encode(text, around, allow_special=True) == theirs.encode(text, add_special_tokens=around)
    ids = theirs.encode("the quick</s>")
    assert made.decode(ids) == theirs.decode(ids, skip_special_tokens=True)
    assert made.special_ids == {i for i, token in theirs.added_tokens_decoder.items() if token.special}
    assert (made.bos_id, made.eos_id) == (theirs.bos_token_id, theirs.eos_token_id)


def test_pieces_of_ordinary_text_are_not_special_whatever_the_model_uses_them_for(tmp_path):
    backend = byte_level()
    backend.add_special_tokens(["!"])
    made = Tokenizer.load(save(backend, tmp_path, {"pad_token": "!", "eos_token": "hello"}))
    ids = made.encode("hello world!", False)
    assert made.decode(ids) == "hello world!" and made.special_ids == tokenizer("byte-level").special_ids
    assert made.eos_id == made.token_to_id("hello") == made.encode("hello", False)[0]


def test_a_truncation_in_the_file_is_not_applied(tmp_path):
    backend = byte_level()
    backend.enable_truncation(3)
    backend.enable_padding(length=50)
    made = Tokenizer.load(save(backend, tmp_path))
    assert len(made.encode("The quick brown fox jumps over the lazy dog")) == len(made.encode("The quick brown fox")) + len(
        made.encode(" jumps over the lazy dog"))


def gpt2_folder(folder, settings):
    spec = json.loads(byte_level().to_str())["model"]
    folder.mkdir(exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(spec["vocab"]))
    lines = [m if isinstance(m, str) else " ".join(m) for m in spec["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *lines, ""]))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


@pytest.mark.parametrize("settings", [
    {"tokenizer_class": "GPT2Tokenizer"},
    {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True,
     "bos_token": {"content": "<|im_start|>", "__type": "AddedToken"}, "eos_token": "<|im_start|>",
     "unk_token": "<|im_start|>", "pad_token": "<|im_end|>"}])
def test_gpt2s_two_files_are_read(tmp_path, settings):
    folder = gpt2_folder(tmp_path, settings)
    theirs, made = GPT2Tokenizer.from_pretrained(folder), Tokenizer.load(folder)
    for text in ("Hello world, naïve 你好", " lead", "x<|im_start|>y"):
        assert made.encode(text, allow_special=True) == theirs.encode(text)
        assert made.decode(made.encode(text, False)) == text
    assert made.eos_id == theirs.eos_token_id
    assert isinstance(AutoTokenizer, type)


# ---- folders that cannot be used

def test_a_slow_tokenizer_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "tokenizer.model").write_bytes(b"\x0a\x0b")
    with pytest.raises(ModelError, match=r"only a slow tokenizer.*convert it once.*--tokenizer") as refusal:
        Tokenizer.load(tmp_path)
    assert "\n" not in refusal.value.message
    with pytest.raises(ModelError, match="slow tokenizer"):
        Tokenizer.load(gpt2_folder(tmp_path / "x", {"tokenizer_class": "ClvpTokenizer"}))


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"model": {}}', '{"model": {"vocab": 5}}', "[" * 100_000,
                                     '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["a", "b"]]}}',
                                     '{"model": {"vocab": {}}, "added_tokens": [5]}', b"\xed\xa0\x80"])
def test_a_broken_file_is_named(tmp_path, content):
    (tmp_path / "tokenizer.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ModelError, match=r"tokenizer\.json") as refusal:
        Tokenizer.load(tmp_path)
    assert len(refusal.value.message) < 500


def test_no_tokenizer_at_all(tmp_path):
    with pytest.raises(ModelError, match=r"no tokenizer\.json"):
        Tokenizer.load(tmp_path)


def test_a_decoder_that_is_not_known_is_refused(tmp_path):
    spec = json.loads(byte_level().to_str()) | {"decoder": {"type": "CTC", "pad_token": "x", "word_delimiter_token": "|",
                                                            "cleanup": True}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(spec))
    with pytest.raises(ModelError, match="decoder 'CTC'"):
        Tokenizer.load(tmp_path)


# ---- chat templates in their many places

def test_templates_are_found_wherever_they_stand(tmp_path):
    listed = [{"name": "default", "template": "A"}, {"name": "tool_use", "template": "B"}]
    folder = save(byte_level(), tmp_path, {"chat_template": listed})
    assert Tokenizer.load(folder).chat_templates == {"default": "A", "tool_use": "B"}
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": "C"}))
    assert Tokenizer.load(folder).chat_template == "C"
    (folder / "chat_template.jinja").write_text("D")
    (folder / "additional_chat_templates").mkdir()
    (folder / "additional_chat_templates" / "rag.jinja").write_text("E")
    assert Tokenizer.load(folder).chat_templates == {"default": "D", "tool_use": "B", "rag": "E"}


# ---- spellings

@examples(200)
@given(words=st.lists(st.text(alphabet="ab<|>", min_size=1, max_size=5), min_size=1, max_size=6),
       text=st.text(alphabet="ab<|>", max_size=20))
def test_hide_takes_the_longest_at_each_place_and_show_undoes_it(words, text):
    spellings = Spellings(words)
    hidden = spellings.hide(text)
    assert spellings.show(hidden) == text and not spellings.is_mangled(hidden)
    i, want = 0, ""
    while i < len(text):
        found = max((word for word in words if text.startswith(word, i)), key=len, default="")
        want += spellings.all[found] if found else text[i]
        i += len(found) or 1
    assert hidden == want


def test_a_torn_spelling_is_noticed():
    spellings = Spellings(["<s>"])
    assert spellings.is_mangled(spellings.hide("a<s>")[:-2])


def test_planted_fault_public_spellings_in_the_backend_are_caught(monkeypatch, tmp_path):
    monkeypatch.setattr("quire.text.tokenizer.rename", lambda spec, private: None)
    with pytest.raises(ModelError, match="cannot tell its token"):
        Tokenizer.load(save(byte_level(), tmp_path))
