"""Names -> folders, with the real client of the Hugging Face hub against a small hub on loopback."""
import socket

import pytest

from quire.core import hub as hub_module
from quire.core.errors import DoesNotFit, ModelError, NetworkError, QuireError
from quire.core.hub import choose_files, locate
from tests.hub.server import Repository, running_hub

CONFIG, WEIGHTS = b'{"architectures": ["LlamaForCausalLM"]}', b"w" * 5000
FILES = {"config.json": CONFIG, "tokenizer.json": b"{ }", "model.safetensors": WEIGHTS, "README.md": b"read me",
         "pytorch_model.bin": b"b" * 100, "chat_template.jinja": b"{}", "merges.txt": b"m", "tokenizer.model": b"t",
         "original/consolidated.00.pth": b"o", "original/params.json": b"{}"}
READ = {"config.json", "tokenizer.json", "model.safetensors", "chat_template.jinja", "merges.txt", "tokenizer.model"}


@pytest.fixture
def hub():
    repositories = {
        "org/model": Repository({"main": FILES,
                                 "v2": {**FILES, "config.json": CONFIG + b" ", "model.safetensors": b"v" * 70}}),
        "org/old": Repository({"main": {"config.json": CONFIG, "pytorch_model.bin": b"b" * 100,
                                        "training_args.bin": b"x"}}),
        "org/gated": Repository({"main": FILES}, is_gated=True, tokens=("good",)),
        "org/private": Repository({"main": FILES}, is_private=True, tokens=("good",)),
        "org/notes": Repository({"main": {"README.md": b"no model"}}),
        "single": Repository({"main": FILES}),
    }
    with running_hub(repositories) as running:
        yield running


@pytest.fixture
def env(hub, tmp_path, monkeypatch):
    """HF_TOKEN of whoever runs the tests must not reach the hub; the client reads its own variables once, at import."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    return {"HF_ENDPOINT": hub.url}


def names(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def refused(kind: type[QuireError], *args, **rest) -> str:
    with pytest.raises(kind) as caught:
        locate(*args, **rest)
    assert "\n" not in caught.value.message and "Error" not in caught.value.message.split("(")[0]
    return caught.value.message


# ---- downloads

def test_only_what_is_read_is_fetched(hub, env):
    located = locate("org/model", environ=env)
    assert names(located.folder) == READ and (located.folder / "model.safetensors").read_bytes() == WEIGHTS
    assert sorted(hub.gets) == sorted(f"org/model/main/{name}" for name in READ)
    assert (located.name, located.is_bundled, located.notices) == ("org/model", False, ())


def test_the_second_start_fetches_nothing(hub, env):
    first = locate("org/model", environ=env)
    hub.gets.clear()
    assert locate("org/model", environ=env).folder == first.folder and hub.gets == []


def test_old_weights_only_where_there_are_no_safetensors(hub, env):
    assert names(locate("org/old", environ=env).folder) == {"config.json", "pytorch_model.bin"}


def test_a_revision_holds_for_all_files(hub, env):
    located = locate("org/model", revision="v2", environ=env)
    assert (located.folder / "config.json").read_bytes() == CONFIG + b" "
    assert (located.folder / "model.safetensors").read_bytes() == b"v" * 70
    assert all("/v2/" in get for get in hub.gets)


def test_a_commit_is_a_revision(hub, env):
    commit = hub.repositories["org/model"].commit("v2")
    located = locate("org/model", revision=commit, environ=env)
    assert located.folder.name == commit and (located.folder / "model.safetensors").read_bytes() == b"v" * 70


def test_another_folder_for_downloads(hub, env, tmp_path):
    located = locate("org/model", download_dir=str(tmp_path / "elsewhere"), environ=env)
    assert (tmp_path / "elsewhere") in located.folder.parents and not (tmp_path / "cache").exists()


def test_the_old_cache_variable_is_used_and_told(hub, env, tmp_path):
    located = locate("org/model", environ={**env, "TRANSFORMERS_CACHE": str(tmp_path / "old")})
    assert (tmp_path / "old") in located.folder.parents and "HF_HUB_CACHE" in located.notices[0]


@pytest.mark.parametrize("name", ["HF_HOME", "HF_HUB_CACHE"])
def test_the_new_cache_variables_win(hub, env, tmp_path, name):
    located = locate("org/model", environ={**env, "TRANSFORMERS_CACHE": str(tmp_path / "old"), name: str(tmp_path)})
    assert not (tmp_path / "old").exists() and located.notices == ()


def test_a_tokenizer_alone_needs_no_weights(hub, env):
    located = locate("org/model", needs_weights=False, environ=env)
    assert names(located.folder) == READ - {"model.safetensors"}


def test_a_repository_of_a_tokenizer_alone(hub, env):
    hub.repositories["org/words"] = Repository({"main": {"tokenizer.json": b"{ }", "README.md": b"x"}})
    assert names(locate("org/words", needs_weights=False, environ=env).folder) == {"tokenizer.json"}


def test_a_cache_that_cannot_be_written(hub, env, tmp_path):
    (tmp_path / "file").write_text("no folder")
    said = refused(ModelError, "org/model", download_dir=str(tmp_path / "file" / "x"), environ=env)
    assert "cannot be kept on this machine" in said


def test_a_connection_that_breaks_goes_on_where_it_broke(hub, env, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1000)
    hub.cut_after["model.safetensors"] = 2000
    located = locate("org/model", environ=env)
    assert (located.folder / "model.safetensors").read_bytes() == WEIGHTS
    assert hub.ranges == ["bytes=2000-"]


def test_a_broken_off_download_keeps_whole_files(hub, env):
    locate("org/model", needs_weights=False, environ=env)
    hub.gets.clear()
    located = locate("org/model", environ=env)
    assert hub.gets == ["org/model/main/model.safetensors"] and names(located.folder) == READ


def test_one_line_before_and_one_after(hub, env, capsys):
    locate("org/model", environ=env)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and "6 files" in lines[0] and "org/model" in lines[1]
    locate("org/model", environ=env)
    assert capsys.readouterr().err == ""


def test_a_name_without_an_organisation(hub, env):
    assert names(locate("single", environ=env).folder) == READ


# ---- refusals

def test_a_gated_model_needs_a_token_with_access(hub, env):
    assert "is gated: ask for access" in refused(ModelError, "org/gated", environ=env)
    assert "the token that you gave has no access yet" in refused(ModelError, "org/gated", token="bad", environ=env)
    assert names(locate("org/gated", token="good", environ=env).folder) == READ
    assert "good" in hub.tokens


def test_no_such_model(hub, env):
    said = refused(ModelError, "org/nothing", environ=env)
    assert "no model org/nothing" in said and "HF_TOKEN" in said
    assert "may not see it" in refused(ModelError, "org/private", token="bad", environ=env)
    assert names(locate("org/private", token="good", environ=env).folder) == READ


def test_no_such_revision(hub, env):
    assert "no revision v9" in refused(ModelError, "org/model", revision="v9", environ=env)


def test_a_repository_without_a_model(hub, env):
    assert "no config.json" in refused(ModelError, "org/notes", environ=env)


@pytest.mark.parametrize("name", ["o rg/model", "org/model!", "-x-/--"])
def test_what_is_no_name(hub, env, name):
    assert "neither a folder nor a Hugging Face id" in refused(ModelError, name, environ=env)
    assert hub.tokens == []


@pytest.mark.parametrize("name", ["./missing", "/no/such/folder", "~/missing", "a/b/c", "", "  "])
def test_what_can_only_be_a_folder_is_not_asked_of_the_hub(hub, env, name):
    assert "no such folder" in refused(ModelError, name, environ=env)
    assert hub.tokens == []


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_a_hub_that_cannot_be_reached(hub, env):
    said = refused(NetworkError, "org/model", environ={**env, "HF_ENDPOINT": closed_port()})
    assert "cannot be reached" in said and "check the network" in said
    assert NetworkError.exit_code == 7 and ModelError.exit_code == 3


def test_a_hub_that_is_out_of_order(hub, env, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    hub.status = 500
    assert "answers 500" in refused(NetworkError, "org/model", environ=env)


def test_without_the_hub_the_cache_is_used_and_that_is_told(hub, env):
    first = locate("org/model", environ=env)
    again = locate("org/model", environ={**env, "HF_ENDPOINT": closed_port()})
    assert again.folder == first.folder and "using the copy" in again.notices[0]


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_the_cache_or_nothing(hub, env, name):
    offline = {**env, name: "1"}
    assert "is not in the cache and HF_HUB_OFFLINE" in refused(ModelError, "org/model", environ=offline)
    assert hub.tokens == []
    first = locate("org/model", environ=env)
    asked = len(hub.tokens)
    again = locate("org/model", environ=offline)
    assert again.folder == first.folder and again.notices == () and len(hub.tokens) == asked
    assert "v2" in refused(ModelError, "org/model", revision="v2", environ=offline)


def test_an_incomplete_copy_is_told(hub, env):
    locate("org/model", needs_weights=False, environ=env)
    assert "lacks weights" in refused(ModelError, "org/model", environ={**env, "HF_HUB_OFFLINE": "1"})


def test_an_incomplete_set_of_shards_is_told(hub, env):
    index = b'{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}'
    files = {"config.json": CONFIG, "model.safetensors.index.json": index, "model-1.safetensors": b"1",
             "model-2.safetensors": b"2"}
    hub.repositories["org/shards"] = Repository({"main": files})
    folder = locate("org/shards", environ=env).folder
    (folder / "model-2.safetensors").unlink()
    offline = {**env, "HF_HUB_OFFLINE": "1"}
    assert "lacks model-2.safetensors" in refused(ModelError, "org/shards", environ=offline)
    (folder / "model.safetensors.index.json").unlink()
    (folder / "model.safetensors.index.json").write_text("broken")
    assert locate("org/shards", environ=offline).folder == folder


def test_room_on_the_disk_is_looked_at_first(hub, env, monkeypatch, tmp_path):
    usage = type("Usage", (), {"free": 4000})
    monkeypatch.setattr(hub_module.shutil, "disk_usage", lambda path: usage)
    said = refused(DoesNotFit, "org/model", environ=env)
    assert "on disk" in said and "--download-dir" in said and hub.gets == []


# ---- no hub

def test_a_folder(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    assert locate("sub").folder == tmp_path / "sub" == locate("./sub").folder == locate(str(tmp_path / "sub")).folder


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "model.gguf").write_bytes(b"x")
    assert "is a file" in refused(ModelError, str(tmp_path / "model.gguf"))


def test_bundled_models(tmp_path, monkeypatch):
    monkeypatch.setattr(hub_module, "BUNDLED", tmp_path)
    assert "not part of this installation" in refused(ModelError, None)
    for name in ("quire-8m", "quire-1m"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    assert locate(None) == locate("quire-8m") == ("quire-8m", tmp_path / "quire-8m", True, ())
    assert locate("quire-1m").folder == tmp_path / "quire-1m"


def test_a_mistyped_bundled_name_is_recognised(hub, env, tmp_path, monkeypatch):
    monkeypatch.setattr(hub_module, "BUNDLED", tmp_path)
    (tmp_path / "quire-8m").mkdir()
    (tmp_path / "quire-8m" / "config.json").write_text("{}")
    assert "did you mean the bundled quire-8m?" in refused(ModelError, "quire-8n", environ=env)


@pytest.mark.parametrize(("files", "weights"), [
    (["model-1.safetensors", "model-2.safetensors", "consolidated.safetensors"],
     {"model-1.safetensors", "model-2.safetensors"}),
    (["consolidated.safetensors"], {"consolidated.safetensors"}),
    (["x/model.safetensors", "pytorch_model-1.bin"], {"pytorch_model-1.bin"}),
    (["optimizer.bin", "rng.pth", "tf_model.h5", "model.onnx"], set()),
])
def test_which_weights_are_chosen(files, weights):
    assert set(choose_files(files, True)) == weights
