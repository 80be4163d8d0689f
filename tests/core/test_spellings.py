"""What guides write that is no option of ours: it becomes one, or changes nothing, both with a line; or it is refused."""
import json

import pytest

from quire.core.errors import ConfigError
from quire.core.idle import ALWAYS, IDLE
from quire.core.refused import ABSENT, written
from quire.core.settings import options_from_keywords
from quire.core.spellings import EXTRA_OPTIONS, SPELLINGS
from tests.core.test_options import from_flags

# ---- what this version lacks

@pytest.mark.parametrize("name", ABSENT)
def test_an_option_of_a_missing_capability_is_refused_in_words(name):
    option = EXTRA_OPTIONS[name]
    asked = ABSENT[name].neutral != (True,) if option.kind == "bool" else "something"
    for flag in (*option.short, option.flag):
        with pytest.raises(ConfigError, match="which this version does not have; ") as caught:
            from_flags(flag, str(asked))
        assert flag in caught.value.message.replace("--no-", "--")
    with pytest.raises(ConfigError, match="which this version does not have"):
        options_from_keywords({name: asked}, {})


@pytest.mark.parametrize(("name", "neutral"), [(n, v) for n, absent in ABSENT.items() for v in absent.neutral])
def test_a_value_that_asks_for_nothing_is_taken(name, neutral):
    option = EXTRA_OPTIONS[name]
    texts = [] if neutral == [] else [written("", neutral).strip() if option.kind != "bool" else str(neutral)]
    for options in (*(from_flags(f"{flag}={text}") for flag in (*option.short, option.flag) for text in texts),
                    options_from_keywords({name: neutral}, {})):
        assert not options.sources and not options.notices


@pytest.mark.parametrize("empty", [{}, [], (), set(), ""], ids=repr)
def test_what_is_empty_asks_for_nothing(empty):
    assert not options_from_keywords({"lora_modules" if empty != {} else "hf_overrides": empty}, {}).sources


@pytest.mark.parametrize("arguments", [
    ["--mm-processor-cache-gb", "4.0"], ["--cpu-offload-gb", "0.0"], ["--kv-transfer-config", "{ }"], ["--runner", "Generate"],
    ["--lora-extra-vocab-size", "256"], ["--no-enable-lora"], ["--enable-lora", "false"],
])
def test_values_are_compared_by_what_they_are_worth(arguments):
    assert not from_flags(*arguments).sources


@pytest.mark.parametrize("arguments", [
    ["--mm-processor-cache-gb", "4.5"], ["--kv-transfer-config", '{"a": 1}'], ["--kv-transfer-config.a", "1"],
    ["--cpu-offload-gb", "zero"], ["--lora-modules", "a=b", "c=d"], ["--no-swa-bounded-replay"], ["-n2"],
])
def test_others_ask_for_something(arguments):
    with pytest.raises(ConfigError, match="which this version does not have"):
        from_flags("m", *arguments)


def test_numbers_and_none_as_keywords_of_a_missing_capability():
    options = options_from_keywords({"pipeline_parallel_size": 1, "quantization": None, "data_parallel_size": 1}, {})
    assert not options.sources


# ---- what stands for an option, or changes nothing

@pytest.mark.parametrize("name", [*SPELLINGS, *ALWAYS, *IDLE])
def test_every_spelling_of_guides_is_a_flag_a_key_a_keyword_and_a_name_in_the_environment(name, tmp_path):
    """And each tells of itself in one line."""
    option = EXTRA_OPTIONS[name]
    value = {"count": 2, "word": "debug", "bool": True, "json": {"image": 0}, "any": "word", "list": ["a"]}[option.kind]
    text = value[0] if option.kind == "list" else json.dumps(value) if option.kind == "json" else str(value)
    (tmp_path / "c.yaml").write_text(f"{name}: {json.dumps(value)}")
    for options in (from_flags(option.flag, text), from_flags("--config", str(tmp_path / "c.yaml")),
                    from_flags(env={f"QUIRE_{name.upper()}": text}), options_from_keywords({name: value}, {})):
        (notice,) = options.notices
        assert option.flag in notice and "\n" not in notice and len(notice) < 200


@pytest.mark.parametrize(("arguments", "env", "notice"), [
    (["--async-scheduling"], {}, "--async-scheduling is taken as --depth 2"),
    (["--async-scheduling", "--depth", "1"], {}, "--async-scheduling gives way to --depth 1"),
    (["--async-scheduling", "--depth", "2"], {}, "--async-scheduling is taken as --depth 2"),
    (["--depth", "1"], {"QUIRE_ASYNC_SCHEDULING": "1"}, "QUIRE_ASYNC_SCHEDULING gives way to --depth 1"),
    (["-O0"], {}, "--optimization-level 0 is taken as --enforce-eager"),
    (["-O3"], {}, "--optimization-level 3 has no effect: nothing is compiled at start"),
])
def test_the_line_tells_what_holds(arguments, env, notice):
    assert from_flags(*arguments, env=env).notices == (notice,)


def test_a_spelling_of_a_weaker_source_gives_way():
    assert from_flags("--disable-log-requests", env={"QUIRE_LOG_REQUESTS": "1"}).logging.log_requests is False
    assert from_flags("--log-requests", env={}).logging.log_requests is True


@pytest.mark.parametrize("names", [("QUIRE_LOG_REQUESTS", "QUIRE_DISABLE_LOG_REQUESTS"),
                                   ("QUIRE_DISABLE_LOG_REQUESTS", "QUIRE_LOG_REQUESTS")])
def test_beside_an_option_in_one_source_a_spelling_gives_way(names):
    assert from_flags(env=dict.fromkeys(names, "1")).logging.log_requests is True


def test_a_spelling_in_the_environment_is_that_of_the_flag():
    assert from_flags(env={"QUIRE_ASYNC_SCHEDULING": "1"}).sources == {"depth": "env"}
    assert from_flags(env={"QUIRE_PIPELINE_PARALLEL_SIZE": "1", "QUIRE_PP": "1"}).sources == {}
    with pytest.raises(ConfigError, match="pipeline parallelism"):
        from_flags(env={"QUIRE_PIPELINE_PARALLEL_SIZE": "2"})
    with pytest.raises(ConfigError, match="QUIRE_TRUST_REMOTE_CODE: 'perhaps'"):
        from_flags(env={"QUIRE_TRUST_REMOTE_CODE": "perhaps"})
