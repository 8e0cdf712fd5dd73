"""Options of every source that is read through a Kubernetes API."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from collectors.kit.http import HttpOptions
from timeline.zones import Duration


class KubernetesOptions(HttpOptions):
    """How an API server is reached: by `url` and `auth`, or by a context of the user's own kubeconfig."""

    url: str = Field(
        "https://kubernetes.default.svc",
        description="of the API server; default: as pods of the cluster reach it",
        examples=["https://api.example:6443"],
    )
    kube_context: str | None = Field(
        None,
        description="in place of `url`, `auth` and `tls`: a context of your own kubeconfig (`$KUBECONFIG`, else "
        "`~/.kube/config`), `current` for its current one; its exec plug-in is run",
        examples=["production"],
    )
    namespaces: tuple[str, ...] = Field(
        (), description="default: all that there are, asked for at once", examples=[["shop"]]
    )

    @field_validator("namespaces", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.kube_context is not None and {"url", "auth", "tls"} & self.model_fields_set:
            raise ValueError(
                "`kube_context` stands in place of `url`, `auth` and `tls`: set one or the others"
            )
        return self


class EventOptions(KubernetesOptions):
    """Options of a source that reads events too, which clusters forget."""

    event_ttl: Duration = Field(
        "1h",
        description="how long the API server keeps events (its `--event-ttl`): what of the window is older is a gap",
        examples=["24h"],
    )
