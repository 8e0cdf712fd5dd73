"""Which events edit a message, and whose words were taken back; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from collectors.matrix.events import Event


class Edits:
    """Edits and deletions among the events that are known, by the rules of the protocol."""

    def __init__(self, known: Mapping[str, Event]) -> None:
        self._known = known
        self._deleted = {e.redacts for e in known.values() if e.type == "m.room.redaction" and e.redacts}
        self._deleted |= {e.id for e in known.values() if e.is_redacted}

    def target(self, event: Event) -> str | None:
        """Return the message that an event edits; None where it is a message of its own.

        Only the author can edit, and only what is no edit itself. Of a message that cannot be read, the
        edit alone tells.
        """
        target = event.relation("m.replace")
        if not target or not isinstance(event.content.get("m.new_content"), dict):
            return None
        message = self._known.get(target)
        if message is None:
            return target
        is_edit = message.relation("m.replace") is not None
        same = (message.sender, message.type) == (event.sender, event.type)
        return target if same and not is_edit and message.state_key is None else None

    def is_deleted(self, event: Event) -> bool:
        """Tell whether an event itself was taken back."""
        return event.id in self._deleted

    def is_silenced(self, event: Event) -> bool:
        """Tell whether an event's words were taken back: its own, or those of a message that it would replace.

        A server keeps the edits of a message that was deleted, words and all.
        """
        return any(event_id in self._deleted for event_id in self._replaced(event))

    def _replaced(self, event: Event | None) -> Iterator[str]:
        """Yield an event, what it would replace, and so on."""
        passed: set[str] = set()
        while event and event.id not in passed:
            passed.add(event.id)
            yield event.id
            target = event.relation("m.replace")
            if target:
                yield target
            event = self._known.get(target or "")
