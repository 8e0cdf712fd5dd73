"""What an archive keeps of a case beside its texts, as data: what it is compared, counted and followed up by."""

from __future__ import annotations

import msgspec

from timeline.cases.course import Course
from timeline.cases.features import Features
from timeline.cases.figures import Figures
from timeline.cases.followups import Followup
from timeline.cases.reviews import Reviews


class Details(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parts of a case that are computed with; each is made of the incident alone."""

    features: Features = Features()
    course: Course = Course()
    actions: tuple[Followup, ...] = ()
    figures: Figures = Figures()
    reviews: Reviews = Reviews()


def encoded(details: Details) -> bytes:
    """Return details as JSON."""
    return msgspec.json.encode(details)


def decoded(raw: bytes | str) -> Details:
    """Return details from JSON; raises msgspec.DecodeError."""
    return msgspec.json.decode(raw, type=Details)
