"""Loaded by schemathesis (SCHEMATHESIS_HOOKS): each of its cases is judged by the oracle too, and counted.

At the end the counts are written to the file that QUIRE_FUZZ_COUNTS names.
"""
import atexit
import json
import os
from pathlib import Path
from typing import Any

import schemathesis

from tests.fuzz.oracle import Oracle

_oracles: dict[int, Oracle] = {}


@schemathesis.check
def as_documented(ctx: Any, response: Any, case: Any) -> None:
    schema = case.operation.schema
    oracle = _oracles.setdefault(0, Oracle(schema.raw_schema))
    operation = case.operation.definition.raw
    request = response.request
    sent = request.body.encode() if isinstance(request.body, str) else request.body
    media = str(request.headers.get("content-type", "")).partition(";")[0].strip()
    answered = (response.headers.get("content-type") or [""])[0].partition(";")[0]
    if problems := oracle.problems(operation, sent, media, response.status_code, answered, response.content):
        raise AssertionError("; ".join(problems))


@atexit.register
def tell() -> None:
    if where := os.environ.get("QUIRE_FUZZ_COUNTS"):
        counts = _oracles[0].counts if _oracles else {}
        Path(where).write_text(json.dumps(dict(counts)))
