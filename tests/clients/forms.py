"""What every client asks for: forms so narrow that any answer within them ends, and that no answer keeps to by chance."""
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

QUESTION = "What's the weather in Paris?"


class Weather(BaseModel):
    """The weather in a city"""
    model_config = ConfigDict(extra="forbid")
    city: Literal["Paris", "Ulaanbaatar"]
    celsius: int = Field(ge=-40, le=50)
    is_sunny: bool


TOOL = {"type": "function", "function": {
    "name": "get_weather", "description": "Get the current weather for a city", "parameters": {
    "type": "object", "properties": {"city": {"type": "string", "enum": ["Paris", "Ulaanbaatar"]}}, "required": ["city"],
    "additionalProperties": False}}}
CITIES = ({"city": "Paris"}, {"city": "Ulaanbaatar"})
