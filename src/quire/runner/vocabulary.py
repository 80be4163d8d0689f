"""The tokenizer of a Plan as grammars need it."""
from quire.core.errors import InvalidRequest
from quire.core.model_spec import ModelSpec
from quire.core.plan import Plan
from quire.grammar.vocabulary import Vocabulary
from quire.text.tokenizer import Tokenizer


def read_vocabulary(plan: Plan, spec: ModelSpec) -> Vocabulary:
    return vocabulary_of(Tokenizer.load(plan.tokenizer_folder, plan.chat_template), spec.vocab, spec.eos_ids)


def vocabulary_of(tokenizer: Tokenizer, vocab: int, eos_ids: frozenset[int] | tuple[int, ...] | list[int]) -> Vocabulary:
    """vocab: width of the logits. Ids that the tokenizer does not have have no bytes, and are never drawn."""
    marks = (tokenizer.token_to_id(text) for text in tokenizer.spellings.marks)
    control = tokenizer.special_ids | {i for i in marks if i is not None}
    ends = {*eos_ids, *([] if tokenizer.eos_id is None else [tokenizer.eos_id])}
    if not (ends := {i for i in ends if i < vocab}):
        raise InvalidRequest("this model names no token that ends an answer, so no grammar could come to its end")
    tokens = [token_bytes(tokenizer, i) for i in range(vocab)]
    return Vocabulary(tokens, frozenset(i for i in control if i < vocab), tuple(sorted(ends)), tokenizer.encode_private)


def token_bytes(tokenizer: Tokenizer, token: int) -> bytes:
    """As it stands behind other tokens: some vocabularies glue them together with spaces."""
    manner, spelled = tokenizer.manner, tokenizer.token_bytes(token)
    if not manner.glue or not spelled or token in tokenizer.added_ids:
        return spelled
    is_continued = manner.continuation and tokenizer.id_to_piece(token).startswith(manner.continuation)
    return spelled if is_continued else manner.glue + spelled
