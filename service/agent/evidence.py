"""Evidence for an agent: an excerpt of a payload at a fact's own element, and whole drafts in parts."""

from __future__ import annotations

from render.page.excerpts import UNREADABLE, own_element
from service import names
from service.agent import shelf as shelves
from service.agent.fact_forms import EvidenceExcerpt, EvidenceForm
from service.agent.facts import evidence_words, fact_of, link
from service.agent.forms import DraftForm
from service.agent.questions import EvidenceQuestion
from service.agent.shelf import Shelf
from service.agent.words import Text
from timeline.answers.pages import cut
from timeline.answers.untrusted import seen
from timeline.errors import TimelineError

_PART = 32 * 2**10


def get_evidence(shelf: Shelf, asked: EvidenceQuestion) -> EvidenceForm:
    """Return an excerpt; raise TimelineError where there is none."""
    loaded = shelf.load(asked.incident)
    fact = fact_of(loaded, asked.fact)
    if asked.place >= len(fact.evidence):
        raise TimelineError(f"{fact.id} has {len(fact.evidence)} places of evidence, counted from 0")
    piece = fact.evidence[asked.place]
    if piece.payload is None:
        raise TimelineError("this evidence has no stored payload: get_fact gives what was asked")
    store = shelves.evidence(shelf, asked.incident)
    try:
        data, mask = store.get(piece.payload), store.people().mask()
        excerpt, is_cut = own_element(data, piece.pointer or "", mask, asked.max_bytes)
    except UNREADABLE as err:
        # The message may name a folder of this machine; an agent needs no more than this.
        raise TimelineError(
            "the payload is absent, does not match its digest, or lacks this element"
        ) from err
    excerpt, is_long = cut(seen(excerpt), asked.max_bytes)  # what is written out takes more room
    words = evidence_words(piece)
    return EvidenceForm(
        fact=fact.id, place=asked.place, of=len(fact.evidence), source=piece.source, payload=piece.payload,
        link=link(shelf.page(asked.incident), fact.id),
        truncated=is_cut or is_long, words=EvidenceExcerpt(**words.model_dump(), excerpt=excerpt),
    )  # fmt: skip


def draft_part(shelf: Shelf, incident: str, offset: int) -> DraftForm:
    """Return a part of an incident's draft from a byte on; raise TimelineError where there is no draft."""
    path = shelf.directory(incident) / names.DRAFT
    if path.is_symlink() or not path.is_file():
        raise TimelineError("this incident has no postmortem.md; `timeline build` writes one")
    data = path.read_bytes()
    if not 0 <= offset <= len(data):
        raise TimelineError(f"the draft has {len(data)} bytes: no part begins at {offset}")
    kept, is_cut = cut(data[offset:].decode("utf-8", "replace"), _PART)
    end = offset + len(kept.encode())
    return DraftForm(
        total_bytes=len(data),
        offset=offset,
        next_offset=end if is_cut else None,
        words=Text(text=kept, cut=is_cut),
    )
