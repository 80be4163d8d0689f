"""setuptools, but nothing is built where the real vllm is installed: both packages own the import name `vllm`, and whichever
came last would overwrite files of the other.

pip builds apart from the environment that it installs into, but with its interpreter, so that sysconfig names its folders.
"""
import site
import sysconfig
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403  the hooks that are not below


def refuse_beside_the_real_one() -> None:
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), site.getusersitepackages()}
    for folder in sorted(folders):
        for found in sorted(Path(folder).glob("vllm-*.dist-info")):
            real = found.name.removesuffix(".dist-info")
            raise SystemExit(f"quire-vllm-compat is not installed: {real} is, in {folder}, and both are called vllm. Take "
                             "another environment for Quire's names, or pip uninstall vllm first")


def prepare_metadata_for_build_wheel(*arguments: Any, **options: Any) -> str:
    refuse_beside_the_real_one()
    return build_meta.prepare_metadata_for_build_wheel(*arguments, **options)


def build_wheel(*arguments: Any, **options: Any) -> str:
    refuse_beside_the_real_one()
    return build_meta.build_wheel(*arguments, **options)


def build_editable(*arguments: Any, **options: Any) -> str:
    refuse_beside_the_real_one()
    return build_meta.build_editable(*arguments, **options)
