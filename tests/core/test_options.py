"""Flags, environment, file and keywords: one name, one meaning, one order of strength; and no for whatever is
unknown."""
import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quire.core.errors import ConfigError
from quire.core.flags import flags_of, parse_flags
from quire.core.options import KINDS, OPTIONS, SECTIONS, Option, Options
from quire.core.settings import options_from_flags, options_from_keywords
from quire.core.spellings import EXTRA_OPTIONS

# An accepted text for each kind, and the value it stands for.
SAMPLES = {"text": ("word", "word"), "count": ("8", 8), "size": ("2GiB", 2 << 30), "fraction": ("0.5", 0.5),
           "seconds": ("2m", 120.0),
           "bool": ("true", True), "list": ("one", ["one"]), "json": ('{"a": 1}', {"a": 1})}


def sample(option):
    return (option.choices[0], option.choices[0]) if option.kind == "word" else SAMPLES[option.kind]


def value_of(options: Options, name: str):
    for section in SECTIONS:
        part = getattr(options, section)
        if any(f.name == name for f in dataclasses.fields(part)):
            return getattr(part, name)
    raise KeyError(name)


def from_flags(*arguments, env=None):
    return options_from_flags(arguments, env or {})[0]


# ---- every option, everywhere

@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_a_flag(name):
    text, value = sample(OPTIONS[name])
    options = from_flags(OPTIONS[name].flag, text)
    assert value_of(options, name) == value and options.sources == {name: "flag"}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_a_name_in_the_environment(name):
    text, value = sample(OPTIONS[name])
    options = from_flags(env={f"QUIRE_{name.upper()}": text})
    assert value_of(options, name) == value and options.sources == {name: "env"}


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("write", [str, lambda name: name.replace("_", "-")], ids=["underscores", "dashes"])
def test_an_option_is_a_key_of_the_file(name, write, tmp_path):
    _, value = sample(OPTIONS[name])
    file = tmp_path / "quire.yaml"
    file.write_text(f"{write(name)}: {json.dumps(value)}\n")
    options = from_flags("--config", str(file))
    assert value_of(options, name) == value and options.sources == {name: "file"}


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_is_a_keyword(name):
    text, value = sample(OPTIONS[name])
    for given_value in (text, value):
        options = options_from_keywords({name: given_value}, {})
        assert value_of(options, name) == value and options.sources == {name: "flag"}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_keyword_that_is_none_asks_for_nothing(name):
    options = options_from_keywords({name: None}, {})
    assert value_of(options, name) is None and not options.sources


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_has_a_help_line_of_its_own(name):
    option = OPTIONS[name]
    assert len(option.help) > 10 and option.kind in KINDS
    assert [o.help for o in OPTIONS.values()].count(option.help) == 1


def test_no_two_flags_are_spelled_alike():
    spelled = [flag for o in (*OPTIONS.values(), *EXTRA_OPTIONS.values()) for flag in flags_of([o])]
    assert len(spelled) == len(set(spelled))


# ---- precedence

ORDER = ("flag", "env", "file")


@pytest.mark.parametrize("present", [p for n in range(8) for p in [[s for i, s in enumerate(ORDER) if n >> i & 1]]],
                         ids=lambda p: "+".join(p) or "none")
@pytest.mark.parametrize("name", ["port", "dtype", "enforce_eager", "served_model_name", "drain_seconds"])
def test_flag_wins_over_environment_over_file(name, present, tmp_path):
    values = {"port": ("1", "2", "3"), "dtype": ("float32", "float16", "bfloat16"),
              "enforce_eager": ("true", "false", "true"),
              "served_model_name": ("a", "b", "c"), "drain_seconds": ("1", "2", "3")}[name]
    file = tmp_path / "quire.yml"
    file.write_text(f"{name}: {values[2]}" if "file" in present else "{}")
    options = from_flags("--config", str(file), *([OPTIONS[name].flag, values[0]] if "flag" in present else []),
                         env={f"QUIRE_{name.upper()}": values[1]} if "env" in present else {})
    if not present:
        assert value_of(options, name) is None
        return
    assert options.sources[name] == present[0]
    assert value_of(options, name) == OPTIONS[name].read(values[ORDER.index(present[0])])


def test_auto_on_the_command_line_undoes_the_file(tmp_path):
    file = tmp_path / "quire.yaml"
    file.write_text("max_model_len: 100\ndtype: float16\n")
    options = from_flags("--config", str(file), "--max-model-len", "auto", "--dtype", "auto")
    assert options.memory.max_model_len is None and options.model.dtype is None


def test_our_name_wins_over_the_one_of_other_programs():
    env = {"VLLM_API_KEY": "theirs", "QUIRE_API_KEY": "ours", "HF_TOKEN": "new", "HUGGING_FACE_HUB_TOKEN": "old"}
    options = from_flags(env=env)
    assert options.server.api_key == ["ours"] and options.model.hf_token == "new"
    assert from_flags(env={"HUGGING_FACE_HUB_TOKEN": "old"}).model.hf_token == "old"


def test_the_environment_can_name_the_file(tmp_path):
    (tmp_path / "quire.yaml").write_text("port: 1234")
    assert from_flags(env={"QUIRE_CONFIG": str(tmp_path / "quire.yaml")}).server.port == 1234


# ---- forms of flags

@pytest.mark.parametrize(("arguments", "name", "value"), [
    (["--max-model-len", "32k"], "max_model_len", 32_000), (["--max-model-len=32K"], "max_model_len", 32_768),
    (["--max_model_len", "8"], "max_model_len", 8), (["--max-model-len", "-1"], "max_model_len", None),
    (["--kv-memory", "2GiB"], "kv_memory", 2 << 30), (["--kv-cache-memory-bytes", "1000"], "kv_memory", 1000),
    (["-tp", "2"], "tensor_parallel_size", 2), (["-tp=2"], "tensor_parallel_size", 2),
    (["--tp", "2"], "tensor_parallel_size", 2),
    (["--tensor-parallel-size=4"], "tensor_parallel_size", 4),
    (["--gpu-memory-utilization", "85%"], "gpu_memory_utilization", 0.85),
    (["--served-model-name", "a", "b", "--port", "1", "--model", "m"], "served_model_name", ["a", "b"]),
    (["--allowed-origins", '["https://a", "https://b"]'], "allowed_origins", ["https://a", "https://b"]),
    (["--default-chat-template-kwargs", '{"x": 1}'], "default_chat_template_kwargs", {"x": 1}),
    (["--default-chat-template-kwargs.enable_thinking", "false"], "default_chat_template_kwargs",
     {"enable_thinking": False}),
    (["--override-generation-config.temperature=0.5", "--override-generation-config.top_k", "3"],
     "override_generation_config",
     {"temperature": 0.5, "top_k": 3}),
    (["--default-chat-template-kwargs.a.b", "text"], "default_chat_template_kwargs", {"a": {"b": "text"}}),
    (["--dtype", "BF16"], "dtype", "bfloat16"), (["--host", "::1"], "host", "::1"),
    (["--shutdown-timeout", "30"], "drain_seconds", 30.0),
])
def test_forms(arguments, name, value):
    assert value_of(from_flags(*arguments), name) == value


@pytest.mark.parametrize("word", ["true", "1", "yes", "on", "True", "YES"])
@pytest.mark.parametrize("name", [n for n, o in OPTIONS.items() if o.kind == "bool"])
def test_a_switch_takes_a_value(name, word):
    flag = OPTIONS[name].flag
    for arguments in ([flag, word], [f"{flag}={word}"], [flag]):
        assert value_of(from_flags(*arguments), name) is True
    negated = flag.replace("--", "--no-", 1)
    assert value_of(from_flags(negated), name) is False and value_of(from_flags(negated, word), name) is False


@pytest.mark.parametrize("word", ["false", "0", "no", "off", "FALSE"])
def test_a_switch_takes_no_for_an_answer(word):
    assert from_flags("--enforce-eager", word).device.enforce_eager is False
    assert from_flags("--no-enforce-eager", word).device.enforce_eager is True


def test_a_switch_does_not_swallow_the_model():
    options = from_flags("--enforce-eager", "folder/of/model")
    assert options.device.enforce_eager is True and options.model.model == "folder/of/model"


def test_a_flag_given_twice_the_last_wins():
    assert from_flags("--port", "1", "--port", "2").server.port == 2
    assert from_flags("--gpu-memory-utilization", "0.95", "--gpu-memory-utilization",
                      "0.9").memory.gpu_memory_utilization == 0.9
    assert from_flags("--strict", "--no-strict").server.strict is False


def test_the_model_is_the_word():
    assert from_flags("m", "--port", "1").model.model == "m" == from_flags("--port", "1", "m").model.model
    assert from_flags("--port", "1", "--", "-odd-").model.model == "-odd-"
    assert from_flags("m", "--model", "m").model.model == "m"
    with pytest.raises(ConfigError, match="two models are named, m and --model n"):
        from_flags("m", "--model", "n")


@pytest.mark.parametrize("arguments", [["--served-model-name", "a", "b"], ["--api-key", "k", "folder"]])
def test_a_list_before_the_model_is_ambiguous(arguments):
    with pytest.raises(ConfigError, match="model first"):
        from_flags(*arguments)
    assert from_flags("m", *arguments).model.model == "m"


@pytest.mark.parametrize("arguments", [["--served-model-name", "a", "b"], ["--api-key", "k", "l"]])
def test_a_list_swallows_no_model_that_file_or_environment_name(arguments, tmp_path):
    (tmp_path / "c.yaml").write_text("model: m")
    for options in (from_flags(*arguments, env={"QUIRE_MODEL": "m"}),
                    from_flags(*arguments, "--config", str(tmp_path / "c.yaml")),
                    from_flags(*arguments, env={"QUIRE_CONFIG": str(tmp_path / "c.yaml")})):
        assert options.model.model == "m" and arguments[1:] in (options.model.served_model_name, options.server.api_key)


@given(st.lists(st.sampled_from([*flags_of(OPTIONS.values()), "true", "1", "x", "--", "--port=", "-", "", "={"]),
                max_size=6))
def test_any_command_line_is_options_or_a_config_error(arguments):
    try:
        parse_flags(arguments, OPTIONS.values())
        from_flags(*arguments)
    except ConfigError as error:
        assert error.exit_code == 2 and "\n" not in error.message


# ---- no

@pytest.mark.parametrize(("arguments", "words"), [
    (["--max-model-lenn", "8"], ["--max-model-lenn", "did you mean --max-model-len?"]),
    (["--tensor-parallel", "2"], ["did you mean --tensor-parallel-size?"]),
    (["--zzz"], ["unknown flag --zzz"]), (["-x"], ["unknown flag -x"]),
    (["--port"], ["--port needs a value"]), (["--port", "--host", "h"], ["--port needs a value"]),
    (["--port", "eight"], ["--port", "'eight' is not a number"]), (["--port", "70000"], ["65535"]),
    (["--port", "-1"], ["65535"]),
    (["--max-model-len", "1.5K"], ["1024s"]), (["--dtype", "int3"], ["'int3'", "bfloat16", "half"]),
    (["--gpu-memory-utilization", "1.1"], ["1.1", "to 1"]), (["--gpu-memory-utilization", "0"], ["0.01"]),
    (["--gpu-memory-utilization", "nan"], ["not a number"]),
    (["--strict", "--no-strict=perhaps"], ["'perhaps'"]), (["--enforce-eager=2"], ["'2'"]),
    (["--default-chat-template-kwargs", "{"], ["not JSON"]),
    (["--default-chat-template-kwargs", "[1]"], ["JSON object"]),
    (["--port.x", "1"], ["has no parts"]), (["a", "b"], ["unexpected argument 'b'"]),
    (["--api-key", ""], ["--api-key is empty"]),
    (["--max-num-seqs", "0"], ["1 or more"]), (["--config", "a.json"], [".yaml"]),
    (["--config", "missing.yaml"], ["No such file"]),
])
def test_what_cannot_be_is_refused(arguments, words):
    with pytest.raises(ConfigError) as caught:
        from_flags(*arguments)
    for word in words:
        assert word in caught.value.message


@pytest.mark.parametrize(("text", "word"), [
    ("prot: 8000", "did you mean port?"), ("port: [1]", "port"), ("- 1", "names and values"), ("a: b: c", "not YAML"),
    ("port: true", "port"),
    ("strict: maybe", "strict"), ("max_model_len: 3.5", "max_model_len"),
])
def test_a_file_that_cannot_be_is_refused(text, word, tmp_path):
    file = tmp_path / "quire.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        from_flags("--config", str(file))
    assert word in caught.value.message and "quire.yaml" in caught.value.message


@pytest.mark.parametrize(("env", "word"), [
    ({"QUIRE_MAX_MODEL_LENGHT": "8"}, "did you mean QUIRE_MAX_MODEL_LEN?"), ({"QUIRE_PORT": "x"}, "QUIRE_PORT"),
    ({"QUIRE_API_KEY": ""}, "QUIRE_API_KEY is empty"), ({"VLLM_API_KEY": ""}, "VLLM_API_KEY is empty"),
])
def test_an_environment_that_cannot_be_is_refused(env, word):
    with pytest.raises(ConfigError, match=re.escape(word)):
        from_flags(env=env)


def test_what_kubernetes_sets_beside_a_service_called_quire_is_no_option():
    env = {"QUIRE_PORT": "tcp://10.0.0.1:8000", "QUIRE_SERVICE_HOST": "10.0.0.1", "QUIRE_SERVICE_PORT": "8000",
           "QUIRE_SERVICE_PORT_HTTP": "8000",
           "QUIRE_PORT_8000_TCP": "tcp://10.0.0.1:8000", "QUIRE_PORT_8000_TCP_PROTO": "tcp",
           "QUIRE_PORT_8000_TCP_PORT": "8000",
           "QUIRE_PORT_8000_TCP_ADDR": "10.0.0.1", "QUIRE_BLUE_SERVICE_HOST": "10.0.0.2"}
    assert from_flags(env=env).sources == {}


def test_an_empty_name_in_the_environment_asks_for_nothing():
    assert from_flags(env={"QUIRE_PORT": "", "OMP_NUM_THREADS": "", "HF_TOKEN": ""}).sources == {}


@pytest.mark.parametrize(("env", "name", "value"), [
    ({"VLLM_PORT": "8123"}, "port", 8123), ({"VLLM_CPU_KVCACHE_SPACE": "4"}, "kv_memory", 4 << 30),
    ({"VLLM_LOGGING_LEVEL": "DEBUG"}, "log_level", "debug"), ({"VLLM_API_KEY": "k1,k2"}, "api_key", ["k1", "k2"]),
    ({"VLLM_ENABLE_V1_MULTIPROCESSING": "0"}, "single_process", True),
    ({"VLLM_ALLOW_LONG_MAX_MODEL_LEN": "1"}, "allow_long_max_model_len", True),
    ({"OMP_NUM_THREADS": "3"}, "num_threads", 3), ({"OMP_NUM_THREADS": "4,2"}, "num_threads", None),
    ({"VLLM_CPU_KVCACHE_SPACE": "0"}, "kv_memory", None),
])
def test_names_of_other_programs(env, name, value):
    assert value_of(from_flags(env=env), name) == value


def test_a_port_that_kubernetes_sets_beside_a_service_called_vllm_is_told_and_left():
    options = from_flags(env={"VLLM_PORT": "tcp://10.0.0.1:80"})
    assert options.server.port is None and "VLLM_PORT" in options.notices[0]


def test_an_unknown_keyword_names_the_nearest():
    with pytest.raises(ConfigError, match="max_model_len"):
        options_from_keywords({"max_model_length": 8}, {})


@pytest.mark.parametrize("value", [True, [1], {"a": 1}, 3.5])
def test_a_keyword_of_another_type_is_refused(value):
    with pytest.raises(ConfigError):
        options_from_keywords({"max_num_seqs": value}, {})


def test_reading_an_option_checks_it():
    assert Option("x", "count", "x", least=1).read("3") == 3
    with pytest.raises(ValueError, match="1 or more"):
        Option("x", "count", "x", least=1).read(0)
