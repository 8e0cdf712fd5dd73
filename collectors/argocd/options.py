"""Options of `argocd`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from collectors.kit.kubernetes.options import EventOptions
from collectors.kit.links import web


class ArgoCDOptions(EventOptions):
    """Options of one Argo CD: its own API, or the cluster that keeps its applications."""

    url: str = Field(
        "https://argocd-server.argocd.svc",
        description='of Argo CD\'s own server, or with `through = "cluster"` of the API server',
        examples=["https://argocd.example"],
    )
    namespaces: tuple[str, ...] = Field(
        (),
        description="that applications are resources in (not those that they deploy to); default: all",
        examples=[["argocd"]],
    )
    through: Literal["server", "cluster"] | None = Field(
        None,
        description="what is asked: Argo CD's own API, or the API server of the cluster that its applications are resources of; "
        "default: `server`, with a `kube_context` `cluster`",
        examples=["server"],
    )
    applications: tuple[str, ...] = Field(
        (), description="globs over names (`checkout`, `argocd/checkout`); default: every one", examples=[["shop-*"]]
    )  # fmt: skip
    selector: str | None = Field(
        None, description="only applications with these labels", examples=["team=shop"]
    )
    environment: str | None = Field(None, description="what they are deployed to", examples=["production"])
    service_label: str = Field(
        "app.kubernetes.io/name",
        description="the label of an application whose value is its service",
        examples=["app"],
    )
    web_url: str | None = Field(
        None,
        description="where people open applications; default: `url`, where that is Argo CD's own",
        examples=["https://argocd.example"],
    )

    @property
    def in_cluster(self) -> bool:
        """Whether the API server of a cluster is asked."""
        return self.through == "cluster" or self.kube_context is not None

    @field_validator("applications", mode="before")
    @classmethod
    def _several_names(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("web_url")
    @classmethod
    def _of_people(cls, value: str | None) -> str | None:
        if value is not None and web(value) is None:
            raise ValueError("it is no http(s) URL; write it as https://argocd.example")
        return value and value.rstrip("/")

    @model_validator(mode="after")
    def _reached(self) -> Self:
        if self.through == "server" and self.kube_context is not None:
            raise ValueError(
                '`kube_context` signs in to a cluster: leave `through` out, or set it to "cluster"'
            )
        if self.through == "cluster" and self.kube_context is None and "url" not in self.model_fields_set:
            raise ValueError('`through = "cluster"` needs the `url` of the API server, or a `kube_context`')
        return self
