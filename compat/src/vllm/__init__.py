"""The names of vLLM, answered by Quire: `from vllm import LLM, SamplingParams`."""
from vllm import _install

__version__ = _install.check()
__version_tuple__ = (*_install.RELEASE, __version__.partition("+")[2])

from vllm._names import face

__getattr__, __dir__ = face(__name__)
