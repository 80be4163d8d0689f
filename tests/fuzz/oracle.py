"""What an answer may be, by the OpenAPI document alone. It judges every body by itself, whatever it was made to be.

    a body as documented        200, or a refusal that the document lists (x-refusals), at one of the fields listed there
    any other                   a refusal
    an answer                   of a status, a media type and a shape that the route declares, each event of a stream too
"""
import json
import re
from collections import Counter
from typing import Any

import jsonschema_rs

JSON, EVENTS = "application/json", "text/event-stream"


class Oracle:
    def __init__(self, document: dict[str, Any]):
        self.document, self.validators = document, dict[str, Any]()
        self.refusals = [(each["code"], re.compile(each["param"])) for each in document["info"]["x-refusals"]]
        self.counts: Counter[str] = Counter()

    def problems(self, operation: dict[str, Any], sent: bytes | None, media: str, status: int, answered: str, content: bytes
                 ) -> list[str]:
        """`sent` is None where the request has no body; `media` is what it was called, `answered` what came back."""
        self.counts["cases"] += 1
        self.counts[f"status {status}"] += 1
        found = [] if status < 500 else [f"the server fails with {status}"]
        found += self._answer_problems(operation, status, answered, content)
        if "requestBody" in operation and media == JSON:
            found += self._body_problems(operation, sent or b"", status, content)
        return found

    # ---- what was sent

    def _body_problems(self, operation: dict[str, Any], sent: bytes, status: int, content: bytes) -> list[str]:
        try:
            body = json.loads(sent, parse_constant=_no_number)
        except ValueError:
            return ["no JSON, and accepted"] if status < 400 else []
        is_valid = self._is_valid(operation["requestBody"]["content"][JSON]["schema"], body)
        self.counts[f"{'valid' if is_valid else 'invalid'} bodies, {'accepted' if status < 400 else 'refused'}"] += 1
        if not is_valid:
            return ["a body that is not as documented was accepted"] if status < 400 else []
        if status < 400 or status >= 500 or status in (401, 405, 413, 415, 429):
            return []
        error = json.loads(content)["error"]
        self.counts[f"valid, refused: {error['code']} {re.sub('[0-9]+', 'N', error['param'] or '')}"] += 1
        return [] if self._is_listed(error, body) else [f"a body as documented was refused: {error}"]

    def _is_listed(self, error: dict[str, Any], body: Any) -> bool:
        if error["code"] == "invalid_type" and not _has_whole_float(body):
            return False
        return any(error["code"] == code and param.fullmatch(error["param"] or "") for code, param in self.refusals)

    # ---- what came back

    def _answer_problems(self, operation: dict[str, Any], status: int, answered: str, content: bytes) -> list[str]:
        if status == 405:                       # no operation of the document answers so
            declared: dict[str, Any] = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}}}
        elif (declared := operation["responses"].get(str(status))) is None:
            return [f"the status {status} is not documented"]
        if answered not in declared["content"]:
            return [f"{answered} is not documented for the status {status}"]
        told = declared["content"][answered]
        if answered == JSON:
            return [] if self._is_valid(told["schema"], json.loads(content)) else [f"not as documented: {content[:500]!r}"]
        if answered != EVENTS:
            return []
        chunk, _done = told["schema"]["properties"]["data"]["anyOf"]
        return self._event_problems(chunk["contentSchema"], content)

    def _event_problems(self, schema: dict[str, Any], content: bytes) -> list[str]:
        lines = [line for line in content.split(b"\n\n") if line and not line.startswith(b":")]
        if not lines or not all(line.startswith(b"data: ") for line in lines):
            return ["the stream holds what is no event"]
        self.counts["events"] += len(lines)
        *events, last = [line.removeprefix(b"data: ") for line in lines]
        events += [last] if last != b"[DONE]" else []           # an error is the end
        return [f"an event is not as documented: {each[:500]!r}" for each in events
                if not self._is_valid(schema, json.loads(each))]

    def _is_valid(self, schema: dict[str, Any], value: Any) -> bool:
        key = json.dumps(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema_rs.Draft202012Validator(schema | {"components": self.document["components"]})
        return bool(self.validators[key].is_valid(value))


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _has_whole_float(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (isinstance(value, float) and value.is_integer()) or any(map(_has_whole_float, inside))
