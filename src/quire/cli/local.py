"""Answers from a model in this process, piece by piece."""
import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from quire.async_llm import AsyncLLMEngine
from quire.core.options import Options
from quire.core.outputs import RequestOutput
from quire.core.sampling_params import RequestOutputKind, params_from_defaults
from quire.engine.resolve import resolve
from quire.text.chat import encode_chat
from quire.text.template import ChatTemplate
from quire.text.tokenizer import Tokenizer


class Local:
    """The engine runs on a thread of its own; the event loop runs only while a piece is awaited.

    num_tokens    of the last answer
    """

    def __init__(self, options: Options):
        self.plan = resolve(options)
        self.model, self.num_tokens, self.numbers = self.plan.served_names[0], 0, count()
        logging.basicConfig(format="quire: %(message)s", level=self.plan.log_level.upper())
        if sys.stderr.isatty():
            print(f"quire: loading {self.model}", file=sys.stderr, flush=True)
        self.engine = AsyncLLMEngine(self.plan)
        self.tokenizer = Tokenizer.load(self.plan.tokenizer_folder, self.plan.chat_template)
        self.loop = asyncio.new_event_loop()

    def close(self) -> None:
        self.engine.shutdown()
        self.loop.close()

    def chat(self, messages: Sequence[Mapping[str, str]], limits: Mapping[str, Any]) -> Iterator[str]:
        template = ChatTemplate.of(self.tokenizer, self.plan.chat_template)
        ids = encode_chat(self.tokenizer, template, messages, **self.plan.default_chat_template_kwargs)
        yield from self._stream({"prompt_token_ids": ids}, limits)

    def complete(self, prompt: str, limits: Mapping[str, Any]) -> Iterator[str]:
        yield from self._stream({"prompt": prompt}, limits)

    def _stream(self, prompt: Mapping[str, Any], limits: Mapping[str, Any]) -> Iterator[str]:
        """Up to the model's own end, where no limit is given."""
        self.num_tokens = 0
        params = params_from_defaults({"max_new_tokens": None, **self.plan.generation_defaults})
        for name, value in limits.items():
            setattr(params, name, value)
        params.output_kind = RequestOutputKind.DELTA
        outputs = self.engine.generate(prompt, params.clone(), str(next(self.numbers)))
        try:
            while (output := self._next(outputs)) is not None:
                self.num_tokens += len(output.outputs[0].token_ids)
                yield output.outputs[0].text
        finally:
            self.loop.run_until_complete(outputs.aclose())

    def _next(self, outputs: AsyncGenerator[RequestOutput, None]) -> RequestOutput | None:
        """Ctrl-C while waiting cancels the wait, so that the generator can be closed, and with it the request."""
        task = self.loop.create_task(_or_none(outputs))
        try:
            return self.loop.run_until_complete(task)
        except KeyboardInterrupt:
            task.cancel()
            self.loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
            raise


async def _or_none(outputs: AsyncGenerator[RequestOutput, None]) -> RequestOutput | None:
    async for output in outputs:
        return output
    return None
