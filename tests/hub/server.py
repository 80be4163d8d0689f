"""A small hub on loopback that speaks the real protocol, as far as downloading models needs it.

Repositories are dicts: file name -> bytes, for each revision. It counts what is asked of it, so that tests can see what
was fetched, and can misbehave: close a connection early, or answer with an error.
"""
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote, urlsplit


@dataclass
class Repository:
    revisions: dict[str, dict[str, bytes]]          # by branch; the commit is a hash of the name and the content
    is_gated: bool = False
    is_private: bool = False
    tokens: tuple[str, ...] = ()                    # those that may read it

    def commit(self, branch: str) -> str:
        content = repr((branch, sorted(self.revisions[branch].items())))
        return hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()

    def find(self, revision: str) -> str | None:
        """A branch, by its name or its commit."""
        return next((b for b in self.revisions if revision in (b, self.commit(b))), None)


@dataclass
class Hub:
    repositories: dict[str, Repository] = field(default_factory=dict)
    url: str = ""
    gets: list[str] = field(default_factory=list)   # "id/branch/file" of each file that was sent
    ranges: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    status: int = 0                                 # answer everything with this error
    cut_after: dict[str, int] = field(default_factory=dict)     # file -> bytes after which the first answer breaks off


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_HEAD(self) -> None:
        self.answer(with_body=False)

    def do_GET(self) -> None:
        self.answer(with_body=True)

    def answer(self, with_body: bool) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.hub.tokens.append(token)
        path = unquote(urlsplit(self.path).path).strip("/")
        if self.hub.status:
            self.refuse(self.hub.status, "", "out of order")
        elif path.startswith("api/models/"):
            self.describe(path.removeprefix("api/models/"), token)
        elif "/resolve/" in path:
            name, _, rest = path.partition("/resolve/")
            self.send_file(name, *rest.split("/", 1), token, with_body)
        else:
            self.refuse(404, "", "no such route")

    def describe(self, path: str, token: str) -> None:
        for word in ("/revision/", "/tree/"):
            if word in path:
                name, _, revision = path.partition(word)
                break
        else:
            name, word, revision = path, "/revision/", "main"
        repository = self.readable(name, token, for_files=False)
        if repository is None:
            return
        branch = repository.find(revision)
        if branch is None:
            self.refuse(404, "RevisionNotFound", "no such revision")
            return
        files = repository.revisions[branch]
        if word == "/tree/":
            self.send_json([{"type": "file", "path": f, "size": len(b), "oid": etag(b)} for f, b in files.items()])
        else:
            siblings = [{"rfilename": f, "size": len(b), "blobId": etag(b)} for f, b in files.items()]
            self.send_json({"id": name, "modelId": name, "sha": repository.commit(branch), "siblings": siblings,
                            "tags": [],
                            "private": repository.is_private, "gated": "manual" if repository.is_gated else False})

    def readable(self, name: str, token: str, for_files: bool) -> Repository | None:
        """The list of a gated repository's files is open, its files are not. A private one is as if it were not
        there."""
        repository = self.hub.repositories.get(name)
        may_read = repository is not None and token in repository.tokens
        if repository is None or (repository.is_private and not may_read):
            self.refuse(404 if token else 401, "RepoNotFound", "Repository not found")
        elif repository.is_gated and not may_read and for_files:
            self.refuse(403 if token else 401, "GatedRepo", "Access to this model is restricted")
        else:
            return repository
        return None

    def send_file(self, name: str, revision: str, file: str, token: str, with_body: bool) -> None:
        repository = self.readable(name, token, for_files=True)
        if repository is None:
            return
        branch = repository.find(revision)
        content = repository.revisions[branch].get(file) if branch else None
        if branch is None or content is None:
            self.refuse(404, "EntryNotFound" if branch else "RevisionNotFound", "not found")
            return
        begin = 0
        if wanted := self.headers.get("Range"):
            begin = int(wanted.removeprefix("bytes=").partition("-")[0])
            self.hub.ranges.append(wanted)
        self.send_response(206 if begin else 200)
        self.send_header("ETag", f'"{etag(content)}"')
        self.send_header("X-Repo-Commit", repository.commit(branch))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - begin))
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if with_body:
            self.hub.gets.append(f"{name}/{branch}/{file}")
            self.send_body(file, content[begin:])

    def send_body(self, file: str, body: bytes) -> None:
        if (limit := self.hub.cut_after.pop(file, None)) is None:
            self.wfile.write(body)
            return
        self.wfile.write(body[:limit])
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()

    def send_json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: int, code: str, message: str) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", message)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Tests look at the counts instead."""


def etag(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


@contextmanager
def running_hub(repositories: dict[str, Repository]) -> Iterator[Hub]:
    hub = Hub(dict(repositories))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("AnswerOf", (Answer,), {"hub": hub}))
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
