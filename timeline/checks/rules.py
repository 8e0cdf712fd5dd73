"""The catalogue of rules: id, severity unless configured otherwise, and what a rule asks for."""

from __future__ import annotations

from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "note"]


class Rule(NamedTuple):
    """A rule: its id, its severity unless configured otherwise, and what it asks for in one sentence."""

    id: str
    severity: Severity
    asks: str


#: Every rule, by group, in the order of the reference page.
RULES: tuple[Rule, ...] = (
    # facts
    Rule("timeline-absent", "error", "A draft stands beside the timeline.json that its facts come from."),
    Rule("timeline-unreadable", "error", "timeline.json can be read by this version."),
    Rule("timeline-digest", "error", "The digest in timeline.json is the digest of what it says."),
    Rule("timeline-differs", "error", "timeline.json is, byte by byte, what its evidence gives."),
    Rule("rebuild-not-done", "warning", "timeline.json could be built again from its evidence and compared."),
    Rule("source-not-read", "error", "Every source's facts could be read again from its payloads."),
    Rule("version-unknown", "error", "What built the timeline is a version that was released."),
    Rule("evidence-absent", "error", "Every payload, and the manifest that lists them, is there."),
    Rule("evidence-broken", "error", "The manifest and every payload can be read."),
    Rule("payload-mismatch", "error", "Every payload matches the SHA-256 that names it."),
    Rule("evidence-digest", "error", "The manifest and the list of people are as a build wrote them."),
    Rule("evidence-unknown", "error", "Every file among the evidence is one that a build put there."),
    Rule(
        "evidence-foreign", "error", "The evidence is this incident's, and lies where it is configured to be."
    ),
    Rule("people-differs", "error", "people.json names whom the evidence names, each as first assigned."),
    Rule("pointer-broken", "error", "Every pointer of a fact leads to an element of its payload."),
    Rule("signature-absent", "error", "What must be signed has a signature beside it."),
    Rule("signature-invalid", "error", "A trusted key signed exactly what is in the folder."),
    Rule("file-linked", "error", "Every file of an incident is its own, and no symbolic link."),
    Rule("folder-name", "error", "The incident's folder has the incident's id as its name."),
    Rule("check-failed", "error", "The check itself came to its end."),
    # what a request changes
    Rule("timeline-removed", "error", "No timeline of the base branch is deleted or moved."),
    Rule(
        "evidence-removed", "error", "No payload and no collection of the base branch is deleted or changed."
    ),
    Rule("file-removed", "error", "No draft, page or journal of the base branch is deleted."),
    Rule("notes-removed", "error", "Notes and sign-offs of the base branch are all there, unchanged."),
    Rule("settings-changed", "warning", "What the check is configured by stays as the base branch has it."),
    # draft and page
    Rule("draft-absent", "error", "The incident's folder holds its draft, postmortem.md."),
    Rule("fence-broken", "error", "Every generated region has one beginning and one end."),
    Rule("region-absent", "error", "The draft has generated regions: something ties it to the facts."),
    Rule("region-edited", "error", "Nobody wrote inside a generated region."),
    Rule("region-stale", "error", "Every generated region says what timeline.json says."),
    Rule("region-unknown", "warning", "Every generated region is one that this version makes."),
    Rule("region-deleted", "note", "No generated region was deleted from the draft."),
    Rule("kept-text", "warning", "Text that was moved out of a region is merged into the prose."),
    Rule("notes-broken", "error", "Every line of notes.jsonl and reviews.jsonl is one that was written."),
    Rule("page-absent", "warning", "The incident's folder holds its page, timeline.html."),
    Rule("page-stale", "error", "The page was made from this timeline.json."),
    Rule("page-differs", "error", "The page is, byte by byte, what timeline.json, evidence and notes give."),
    Rule("page-not-compared", "warning", "The page could be rendered again and compared."),
    Rule("still-active", "error", "No still runs, links or asks anything: it draws."),
    # separation
    Rule("fact-wording", "error", "Facts and generated regions state no cause and no judgement."),
    Rule("citation-unknown", "error", "Every id that the prose cites exists."),
    Rule("citation-missing", "error", "Every contributing factor and every lesson cites a fact."),
    Rule("observation-uncited", "warning", "What went well, poorly or by luck cites a fact."),
    Rule("reference-unknown", "error", "Every reference names a value that there is."),
    Rule("reference-stale", "error", "Every value that a reference filled in is what the facts say."),
    Rule("measure-uncited", "error", "A duration in the prose cites the fact it begins or ends with."),
    Rule("citation-changed", "warning", "No cited fact has changed since it was last signed off."),
    # claims
    Rule("claim-time", "error", "A time in the prose is that of the fact it is said of."),
    Rule("claim-duration", "error", "A duration in the prose is one that the facts have."),
    Rule("claim-order", "error", "What the prose puts before something did not come after it."),
    Rule(
        "claim-order-undetermined", "warning", "What the prose puts in an order, the facts put in that order."
    ),
    Rule(
        "claim-number", "error", "A number in the prose is that of the impact, the count, or the cited fact."
    ),
    Rule("claim-quote", "error", "What the prose quotes is in the words of what it cites."),
    Rule("claim-subject", "warning", "What a sentence names is something that it cites."),
    Rule("claim-absence", "error", "What the prose denies is in no record, and no gap leaves it open."),
    Rule("claim-actor", "error", "Who is said to have done it is whom the cited fact has."),
    # blameless wording
    Rule("blameless-name", "warning", "People appear by their role or pseudonym."),
    Rule("blameless-counterfactual", "warning", "The prose says what happened, not what should have."),
    Rule("blameless-error", "warning", "Nobody's error is given as a cause."),
    # actions
    Rule("action-owner", "error", "Every action has an owner."),
    Rule("action-due", "error", "Every action has a date."),
    Rule("action-criterion", "error", "Every action says by what it will have succeeded."),
    Rule("action-verification", "error", "Every action says how that will be verified."),
    Rule("action-count", "warning", "There are three to seven actions."),
    Rule("action-vague", "warning", "An action names what will change."),
    # completeness
    Rule("prompt-empty", "error", "Every question of the template is answered, or deleted with its heading."),
    Rule("draft-late", "warning", "The draft is complete within 48 hours of the resolution."),
    # time
    Rule("time-impossible", "error", "Every time and date in the prose exists."),
    Rule("time-order", "warning", "Times that a person listed stand in order."),
    Rule("time-zoneless", "warning", "Every time in the prose has a zone."),
)
BY_ID: dict[str, Rule] = {rule.id: rule for rule in RULES}
#: What they find leaves it open whether facts are what their evidence gives.
OF_FACTS = frozenset(
    [
        "timeline-absent",
        "timeline-unreadable",
        "timeline-digest",
        "timeline-differs",
        "rebuild-not-done",
        "source-not-read",
        "version-unknown",
        "evidence-absent",
        "evidence-broken",
        "payload-mismatch",
        "evidence-digest",
        "evidence-unknown",
        "evidence-foreign",
        "people-differs",
        "pointer-broken",
        "file-linked",
        "check-failed",
        "timeline-removed",
        "evidence-removed",
    ]
)
