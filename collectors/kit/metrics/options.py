"""What a threshold among a source's options is: a query, and the number it is compared with."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from collectors.kit.metrics.facts import Watch

_OPS = {"above": ">", "below": "<", "at_least": ">=", "at_most": "<=", "equals": "=="}


class ThresholdOption(BaseModel):
    """A query to watch, and the number it is compared with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, description="what it is called everywhere", examples=["checkout p99"])
    query: str = Field(min_length=1, description="a query, as the source reads it, without the comparison")
    above: float | None = Field(default=None, description="breach: the value is higher", examples=[0.5])
    below: float | None = Field(default=None, description="breach: the value is lower", examples=[1])
    at_least: float | None = Field(default=None, description="breach: as high, or higher", examples=[0.5])
    at_most: float | None = Field(default=None, description="breach: as low, or lower", examples=[0])
    equals: float | None = Field(default=None, description="breach: exactly so", examples=[0])
    unit: str | None = Field(default=None, description="shown behind values", examples=["s"])
    impact: bool = Field(
        default=False, description="customers see it: its crossings are impact", examples=[True]
    )

    @model_validator(mode="after")
    def _one_comparison(self) -> Self:
        if sum(getattr(self, name) is not None for name in _OPS) != 1:
            raise ValueError(f"threshold {self.name!r} needs one of {', '.join(_OPS)}")
        return self

    @property
    def watch(self) -> Watch:
        """The threshold as it is watched."""
        name = next(name for name in _OPS if getattr(self, name) is not None)
        return Watch(self.name, _OPS[name], getattr(self, name), self.unit, impact=self.impact)
