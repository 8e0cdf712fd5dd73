"""What a check found, incident by incident."""

from __future__ import annotations

from dataclasses import dataclass

from timeline.checks.findings import Finding


@dataclass(frozen=True)
class Checked:
    """What was found in one incident's folder, or one file; `name` as reports show it.

    `unverified` says why its facts are not known to be what the evidence gives, whatever rules are switched off.
    """

    name: str
    findings: tuple[Finding, ...]
    unverified: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(one.severity != "error" for one in self.findings)


@dataclass(frozen=True)
class Report:
    """What was found, incident by incident."""

    checked: tuple[Checked, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is an error."""
        return all(one.ok for one in self.checked)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding, in order."""
        return tuple(finding for one in self.checked for finding in one.findings)
