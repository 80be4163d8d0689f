"""Everything that can go wrong in words. Each error knows its HTTP answer and the exit code of a command it ends."""


# Codes of bodies whose every field is fine by itself; server/refusals.py tells clients of them.
CONFLICT = "conflicting_parameters"
UNENFORCED = "cannot_be_enforced"
TEMPLATE = "template_error"


class QuireError(Exception):
    """The message says what, why and what to do, in one line.

    status      of the HTTP answer
    type, code  of OpenAI's error object
    exit_code   of a command that this error ends
    """
    status = 500
    type = "internal_error"
    code = "internal_error"
    exit_code = 1

    def __init__(self, message: str, param: str | None = None, code: str | None = None):
        super().__init__(message)
        self.message, self.param = message, param
        if code is not None:
            self.code = code

    def body(self) -> dict[str, dict[str, str | None]]:
        """OpenAI's one shape."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


class InvalidRequest(QuireError, ValueError):
    """A request that can never be served as it is."""
    status, type, code, exit_code = 400, "invalid_request_error", "invalid_value", 2


class NothingToDraw(InvalidRequest):
    """What a request asks for cannot be gone on with: found out while it runs."""
    code = "nothing_to_draw"


class Unsupported(InvalidRequest):
    """Something that this version, or the model at hand, does not do for anybody."""
    code = "unsupported"


class AbsentMember(Unsupported, AttributeError):
    """A member that guides use and this version does not have; hasattr() says so too."""


class Unauthorized(QuireError):
    status, type, code = 401, "invalid_request_error", "invalid_api_key"


class NotFound(QuireError):
    status, type, code = 404, "invalid_request_error", "not_found"


class TooLarge(QuireError):
    status, type, code = 413, "invalid_request_error", "request_too_large"


class Overloaded(QuireError):
    """The queue is full. Come back later."""
    status, type, code = 429, "rate_limit_error", "queue_full"


class Unavailable(QuireError):
    """Loading, draining or dead. Come back later."""
    status, type, code = 503, "server_error", "unavailable"


class Asleep(Unavailable):
    """What the engine computes with was given back: wake it up first."""
    code = "asleep"


class OutOfTime(QuireError):
    """A request took longer than one may. Its message may be told."""
    status, type, code = 504, "server_error", "deadline_exceeded"


class EngineDead(Unavailable):
    """The engine ended while requests were in it."""
    code, exit_code = "engine_dead", 1


class EngineStalled(Unavailable):
    """The engine's loop has not beaten for too long."""
    code, exit_code = "engine_stalled", 8


class RequestFailed(QuireError):
    """One request failed inside the engine; the others go on."""
    status, type, code = 500, "server_error", "request_failed"


class ConfigError(QuireError, ValueError):
    """An option that is unknown, impossible, or contradicts another."""
    status, type, code, exit_code = 400, "invalid_request_error", "invalid_config", 2


class ModelError(QuireError):
    """A model that is not found, not allowed, or broken."""
    status, type, code, exit_code = 404, "invalid_request_error", "model_not_found", 3


class DoesNotFit(QuireError):
    """The memory cannot hold what was asked for."""
    code, exit_code = "out_of_memory", 4


class DeviceError(QuireError):
    code, exit_code = "device_error", 5


class PortError(QuireError):
    code, exit_code = "port_in_use", 6


class NetworkError(QuireError):
    code, exit_code = "network_error", 7
