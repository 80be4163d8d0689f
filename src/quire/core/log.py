"""What a program that has a model in itself is told, on stderr, as long as it sets up no logging of its own. Handlers that it
has, or gets later, take over: nothing is shown twice, and the root logger is never touched.
"""
import logging
import sys

from quire.core.plan import Plan

log = logging.getLogger("quire")


class Fallback(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        others = (*logging.getLogger().handlers, *log.handlers)
        if sys.stderr is not None and all(isinstance(handler, Fallback) for handler in others):
            print(f"quire: {self.format(record)}", file=sys.stderr, flush=True)


def begin(plan: Plan) -> None:
    """Before the model is loaded. A level that nobody asked for gives way to the program's own."""
    reason = plan.reasons.get("log_level")
    is_asked = reason is not None and reason.source != "default"
    if is_asked or not (log.level or logging.getLogger().handlers):
        log.setLevel(plan.log_level.upper())
    if not log.handlers:
        log.addHandler(Fallback())
    for notice in plan.notices:
        log.warning("%s", notice)
    log.info("%s", plan.kv_line())
