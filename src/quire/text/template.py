"""Messages -> the text of a prompt, by the model's own chat template.

`render` gives the text that people read; `render_private` the one in which what the template wrote as a special token stands
in its private spelling, so that `encode_chat` makes tokens of that and of nothing that a user has typed.
Whatever goes wrong in a template is an InvalidRequest with the template's own words.
"""
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jinja2 import Template
from jinja2.exceptions import TemplateError, TemplateSyntaxError

from quire.core.errors import CONFLICT, TEMPLATE, InvalidRequest
from quire.text.messages import plain, prepare
from quire.text.sandbox import Budget, Sandbox, check_chars, spending
from quire.text.spellings import Spellings, any_of
from quire.text.template_code import Rewrite, Shape
from quire.text.tokenizer import Tokenizer

MOST_SOURCE = 1 << 19           # characters of a template
OWN_NAMES = ("messages", "tools", "add_generation_prompt", "continue_final_message", "chat_template", "tokenize", "tokenizer",
             "template", "self")
NO_TEMPLATE = ("this model has no chat template: start the server with --chat-template FILE, or send the whole text to "
               "/v1/completions")
RAISED = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, MemoryError)
_sandbox = Sandbox()


@dataclass(frozen=True, slots=True)
class _Compiled:
    code: Template
    shape: Shape


class ChatTemplate:
    """`source`: one template, or several by name: "tool_use" serves requests with tools, "default" all others.
    `special_tokens`: variables that every template sees, such as bos_token."""

    def __init__(self, source: str | Mapping[str, str] | None, special_tokens: Mapping[str, str | list[str]] | None = None,
                 spellings: Spellings | None = None, budget: Callable[[], Budget] = Budget):
        sources = {"default": source} if isinstance(source, str) else dict(source or {})
        self.spellings = spellings or Spellings()
        self._special: dict[str, Any] = {name: self._hidden(value) for name, value in (special_tokens or {}).items()}
        self._budget = budget
        self._compiled = {name: self._compile(text) for name, text in sources.items()}

    @classmethod
    def of(cls, tokenizer: Tokenizer, source: str = "") -> "ChatTemplate":
        """The tokenizer's own templates; or `source`: another one, or the name of one of them."""
        own = tokenizer.chat_templates
        return cls(own if not source else own.get(source, source), tokenizer.names, tokenizer.spellings)

    @property
    def is_missing(self) -> bool:
        return not self._compiled

    def render(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None = None,
               add_generation_prompt: bool = True, continue_final_message: bool = False, **kwargs: Any) -> str:
        text = self.render_private(messages, tools, add_generation_prompt, continue_final_message, **kwargs)
        return self.spellings.show(text)

    def render_private(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None = None,
                       add_generation_prompt: bool = True, continue_final_message: bool = False, **kwargs: Any) -> str:
        if continue_final_message and add_generation_prompt:
            raise InvalidRequest("continue_final_message goes on with the last message and add_generation_prompt begins a new "
                                 "one: set only one of them", "continue_final_message", CONFLICT)
        compiled = self._choose(bool(tools))
        try:
            turns = prepare(messages, compiled.shape, self.spellings)
            values = self._values(kwargs) | {"tools": plain(list(tools), "tools") if tools else None,
                                             "add_generation_prompt": add_generation_prompt}
        except RecursionError:
            raise InvalidRequest("messages or tools are nested too deeply for a chat template", "messages",
                                 "nested_too_deeply") from None
        if continue_final_message:
            return self._render_open(compiled, turns, values)
        return self._run(compiled, turns, values)

    # ---- compiling

    def _compile(self, source: str) -> _Compiled:
        if len(source) > MOST_SOURCE:
            raise InvalidRequest(f"the chat template has more than {MOST_SOURCE:,} characters", "chat_template")
        with told(self.spellings):
            tree = _sandbox.parse(source)
            shape = Shape.read(tree, self.spellings)
            tree = Rewrite(self.spellings).visit(tree)
            return _Compiled(Template.from_code(_sandbox, _sandbox.compile(tree), dict(_sandbox.globals)), shape)

    def _hidden(self, value: str | list[str]) -> str | list[str]:
        known = self.spellings.all
        return known.get(value, value) if isinstance(value, str) else [known.get(text, text) for text in value]

    # ---- running

    def _choose(self, has_tools: bool) -> _Compiled:
        named = self._compiled
        if not named:
            raise InvalidRequest(NO_TEMPLATE, "messages", TEMPLATE)
        if has_tools and "tool_use" in named:
            return named["tool_use"]
        if "default" in named or len(named) == 1:
            return named.get("default") or next(iter(named.values()))
        raise InvalidRequest(f"this model has several chat templates ({', '.join(sorted(named))}) and no default: start the "
                             "server with --chat-template NAME", "messages", TEMPLATE)

    def check_names(self, variables: Mapping[str, Any]) -> None:
        """For whoever passes names on from a client: with ** they could reach arguments that are no variables."""
        for name in variables:
            if name in OWN_NAMES or name in self._special or name.startswith("_"):
                raise InvalidRequest(f"chat_template_kwargs may not set {name[:60]}: it has a meaning of its own",
                                     "chat_template_kwargs")

    def _values(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        self.check_names(kwargs)
        return {name: plain(value, f"chat_template_kwargs.{name}") for name, value in kwargs.items()}

    def _run(self, compiled: _Compiled, turns: list[dict[str, Any]], values: dict[str, Any]) -> str:
        built = {token: self.spellings.all[token] for token in compiled.shape.built}
        if built:
            turns, values = self._broken(turns, built), self._broken(values, built)
        pieces, count = [], 0
        with told(self.spellings), spending(self._budget()):
            for piece in compiled.code.generate(**self._special, **values, messages=turns):
                count += len(piece)
                check_chars(count)
                pieces.append(piece)
        text = "".join(pieces)
        if built:
            text = any_of(built).sub(lambda found: built[found[0]], text).replace(self.spellings.breaker, "")
        if self.spellings.is_mangled(text):
            raise InvalidRequest("the chat template takes special tokens apart, so they cannot be told from text", "messages",
                                 TEMPLATE)
        return text

    def _broken(self, value: Any, built: Mapping[str, str]) -> Any:
        """What a user spells of tokens that the template builds is broken in two, until those that it built are known."""
        if isinstance(value, str):
            return any_of(built).sub(lambda found: found[0][0] + self.spellings.breaker + found[0][1:], value)
        if isinstance(value, dict):
            return {key: self._broken(item, built) for key, item in value.items()}
        return [self._broken(item, built) for item in value] if isinstance(value, list) else value

    def _render_open(self, compiled: _Compiled, turns: list[dict[str, Any]], values: dict[str, Any]) -> str:
        """The last message stays open: what the template writes behind its text is cut off. A tag behind the text shows the
        place, and by the space that it ends with whether the template trims."""
        tag = secrets.token_hex(16) + " "
        last = _tag_text(turns[-1], tag)
        text = self._run(compiled, turns, values)
        at = text.rfind(tag.strip())
        if at < 0 or last.strip() not in text:
            raise InvalidRequest("continue_final_message: the chat template leaves out or changes the text of the last "
                                 "message, so it cannot go on from there", "continue_final_message", TEMPLATE)
        return text[:at] if text.startswith(tag, at) else text[:at].rstrip()


def _tag_text(message: dict[str, Any], tag: str) -> str:
    """Put the tag behind the last text of the message; gives that text."""
    content = message["content"]
    if isinstance(content, str):
        message["content"] = content + tag
        return content
    for part in reversed(content):
        text: str = part["text"]
        part["text"] = text + tag
        return text
    raise InvalidRequest("continue_final_message: the last message has no text to go on from", "continue_final_message",
                         CONFLICT)


@contextmanager
def told(spellings: Spellings) -> Iterator[None]:
    """Turns whatever a template raises into an InvalidRequest with its words, short and without addresses of objects."""
    try:
        yield
    except RecursionError:
        raise InvalidRequest("chat template: it is nested too deeply", "messages", TEMPLATE) from None
    except RAISED as error:
        words = re.sub(r"<[^<>]* at 0x[0-9a-f]+>|0x[0-9a-f]{6,}", "an object", spellings.show(str(error)))[:500]
        where = f" line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        raise InvalidRequest(f"chat template{where}: {words}", "messages", TEMPLATE) from None
