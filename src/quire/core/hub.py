"""A model's name -> the folder that holds it: a bundled model, a folder, or a Hugging Face id, downloaded if need be.

Only files that Quire reads are fetched, all of one commit. What goes wrong is told apart: no such model, no access to
it, no network, offline and not in the cache, no room on the disk.
"""
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from quire.core.download import Bar
from quire.core.errors import DoesNotFit, ModelError, NetworkError
from quire.core.lazy import lazy
from quire.core.units import show_bytes

huggingface_hub = lazy("huggingface_hub")
hub_errors, hub_utils = lazy("huggingface_hub.errors"), lazy("huggingface_hub.utils")

BUNDLED = Path(__file__).parents[1] / "bundled"
DEFAULT_MODEL = "quire-8m"
SMALL_FILES = (".json", ".txt", ".model", ".jinja")
PUBLIC_HUB = "https://huggingface.co"
ATTEMPT_SECONDS = 10.0              # for the first answer of the hub


class Located(NamedTuple):
    name: str                       # as the user wrote it
    folder: Path
    is_bundled: bool = False
    notices: tuple[str, ...] = ()


class Place(NamedTuple):
    """Where a model is looked for on a hub, and with what rights."""
    name: str
    revision: str | None
    cache: Path | None              # None: the client's own
    token: str | None
    endpoint: str
    is_offline: bool

    @property
    def shown(self) -> str:
        return self.name + (f" (revision {self.revision})" if self.revision else "")

    @property
    def common(self) -> dict[str, Any]:
        """Arguments of every call for files."""
        return {"repo_id": self.name, "revision": self.revision, "cache_dir": self.cache, "token": self.token,
                "endpoint": self.endpoint}


def locate(name: str | None, revision: str | None = None, download_dir: str | None = None, token: str | None = None,
           needs_weights: bool = True, environ: Mapping[str, str] = os.environ) -> Located:
    """Raises ModelError, NetworkError or DoesNotFit (the disk)."""
    name = DEFAULT_MODEL if name is None else name
    unused = (f"{name} is on this machine and has no revisions: {revision} is not used",) if revision else ()
    if name in bundled_names() or name == DEFAULT_MODEL:
        return Located(name, _bundled(name), True, unused)
    path = Path(name).expanduser()
    if name.strip() and path.is_dir():
        return Located(name, path.resolve(), False, unused)
    if path.is_file():
        raise ModelError(f"{name} is a file; name the folder that holds config.json and the weights")
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or not name.strip():
        raise ModelError(f"{name!r}: no such folder")
    cache, notices = cache_folder(download_dir, environ)
    place = Place(name, revision, cache, token, environ.get("HF_ENDPOINT", PUBLIC_HUB).rstrip("/"),
                  any(environ.get(n, "").upper() in ("1", "ON", "YES", "TRUE")
                      for n in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")))
    folder, notice = from_hub(place, needs_weights)
    return Located(name, folder, False, tuple(filter(None, (*notices, notice))))


def bundled_names() -> list[str]:
    return sorted(p.parent.name for p in BUNDLED.glob("*/config.json"))


def _bundled(name: str) -> Path:
    if name not in bundled_names():
        raise ModelError(f"the bundled model {name} is not part of this installation; name a folder or a Hugging Face "
                         "id")
    return BUNDLED / name


def cache_folder(download_dir: str | None, environ: Mapping[str, str]) -> tuple[Path | None, tuple[str, ...]]:
    if download_dir:
        return Path(download_dir).expanduser(), ()
    old = environ.get("TRANSFORMERS_CACHE")
    if not old or any(environ.get(n) for n in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME")):
        return None, ()
    notice = f"TRANSFORMERS_CACHE={old} is used as the model cache; its name today is HF_HUB_CACHE"
    return Path(old).expanduser(), (notice,)


def from_hub(place: Place, needs_weights: bool) -> tuple[Path, str]:
    """The folder, and a notice where the hub did not answer and the cache did."""
    if place.is_offline:
        if (folder := cached(place)) is None:
            raise ModelError(f"{place.shown} is not in the cache and HF_HUB_OFFLINE forbids to fetch it; unset that, "
                             "or name a folder")
        return _checked(place, folder, needs_weights), ""
    try:
        return _checked(place, download(place, needs_weights), needs_weights), ""
    except hub_errors.HFValidationError as error:
        raise ModelError(f"{place.name!r} is neither a folder nor a Hugging Face id{_similar(place.name)}") from error
    except hub_errors.HfHubHTTPError as error:
        if (refusal := _refusal(place, error)) is not None:
            raise refusal from error
        reason = f"answers {error.response.status_code}"
    except (hub_errors.HTTPError, hub_errors.LocalEntryNotFoundError, ConnectionError, TimeoutError) as error:
        reason = f"cannot be reached ({type(error.__cause__ or error).__name__})"
    except OSError as error:            # the classes above are some of these, too
        raise ModelError(f"{place.name} cannot be kept on this machine: {error}") from error
    if (folder := cached(place)) is None:
        raise NetworkError(f"{place.endpoint} {reason} and {place.shown} is not in the cache; check the network, or "
                           "name a folder")
    notice = f"{place.endpoint} {reason}: using the copy of {place.shown} in the cache"
    return _checked(place, folder, needs_weights), notice


def _refusal(place: Place, error: Any) -> ModelError | None:
    """What an answer of the hub means for the user; None where it may be well the next time."""
    remedy = "the token that you gave has no access yet" if place.token else "then give your token in HF_TOKEN"
    if isinstance(error, hub_errors.GatedRepoError):
        return ModelError(f"{place.name} is gated: ask for access at {place.endpoint}/{place.name}; {remedy}")
    if isinstance(error, hub_errors.RepositoryNotFoundError):
        private = "the token that you gave may not see it" if place.token else "a private one needs HF_TOKEN"
        return ModelError(f"no model {place.name} on {place.endpoint}; check the spelling{_similar(place.name)}, or "
                          f"{private}")
    if isinstance(error, hub_errors.RevisionNotFoundError):
        return ModelError(f"{place.name} has no revision {place.revision}")
    if error.response.status_code in (401, 403):
        return ModelError(f"{place.endpoint} refuses the token for {place.name}; give a valid one in HF_TOKEN, or none")
    return None


def _similar(name: str) -> str:
    close = get_close_matches(name, bundled_names(), 1)
    return f" (did you mean the bundled {close[0]}?)" if close else ""


def cached(place: Place) -> Path | None:
    """The newest copy of this revision that was ever fetched."""
    try:
        return Path(huggingface_hub.snapshot_download(**place.common, local_files_only=True))
    except hub_errors.HFValidationError as error:
        raise ModelError(f"{place.name!r} is neither a folder nor a Hugging Face id{_similar(place.name)}") from error
    except hub_errors.LocalEntryNotFoundError as error:
        # Newer clients call a copy incomplete that lacks files which Quire never fetches; _checked knows better.
        folder = getattr(error, "snapshot_path", None)
        return Path(folder) if folder else None


def download(place: Place, needs_weights: bool) -> Path:
    """Fetch what is missing. Whole files that are there stay; a broken connection goes on where it broke."""
    api = huggingface_hub.HfApi(endpoint=place.endpoint, token=place.token)
    info = api.model_info(place.name, revision=place.revision, files_metadata=True, timeout=ATTEMPT_SECONDS)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    names = choose_files(list(sizes), needs_weights)
    if needs_weights and "config.json" not in names:
        raise ModelError(f"{place.shown} has no config.json, so it is no model that Quire can read")
    root = (place.cache or Path(huggingface_hub.constants.HF_HUB_CACHE)).expanduser()
    folder = root / f"models--{place.name.replace('/', '--')}"
    missing = [name for name in names if not (folder / "snapshots" / info.sha / name).exists()]
    num_bytes = sum(sizes[name] for name in missing)
    _check_disk(place, root, num_bytes)
    hub_utils.disable_progress_bars()
    with Bar(place.name, num_bytes, len(missing), folder / "blobs"):
        return Path(huggingface_hub.snapshot_download(**place.common, allow_patterns=names))


def choose_files(names: Sequence[str], needs_weights: bool) -> list[str]:
    """Of the top folder: configuration, tokenizer and template; safetensors, and .bin only where there are none."""
    top = [name for name in names if "/" not in name]
    chosen = [name for name in top if name.endswith(SMALL_FILES)]
    if not needs_weights:
        return chosen
    weights = [name for name in top if name.endswith(".safetensors")]
    # Some repositories hold the same weights twice, the second time in another layout.
    weights = [name for name in weights if not name.startswith("consolidated")] or weights
    return chosen + (weights or [name for name in top if name.startswith("pytorch_model") and name.endswith(".bin")])


def _check_disk(place: Place, root: Path, num_bytes: int) -> None:
    existing = next(p for p in (root, *root.parents) if p.exists())
    free = shutil.disk_usage(existing).free
    if num_bytes > free:
        raise DoesNotFit(f"{place.name} needs {show_bytes(num_bytes)} on disk and {existing} has {show_bytes(free)} "
                         "free; make room, or name another place with --download-dir")


def _checked(place: Place, folder: Path, needs_weights: bool) -> Path:
    """A download may have been broken off, by us or by another program that shares the cache."""
    if not needs_weights:
        return folder
    files = {file.name for file in folder.iterdir() if file.exists()}
    missing = {"config.json"} - files
    for index in folder.glob("model.safetensors.index.json"):
        missing |= _shards(index) - files
    if not missing and not any(name.endswith((".safetensors", ".bin")) for name in files):
        missing = {"weights"}
    if missing:
        names = ", ".join(sorted(missing)[:3])
        raise ModelError(f"{place.shown} in the cache lacks {names}; start again with the network on")
    return folder


def _shards(index: Path) -> set[str]:
    """Names of files; what else is wrong with an index is told when the weights are read."""
    try:
        return {str(name) for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
