"""What the page of `log_files` says beside its options."""

from __future__ import annotations

from collectors.base import Manual

MANUAL = Manual(
    reads=(
        '`mode = "summary"`: `log.first_seen` by the first line of each signature, `log.rate_changed` by the lines of each step. Kept are the counts and each first line, so that evidence grows with what happened, not with the files.',
        '`mode = "documents"`: each line as a fact of the mapped kind; its words, and fields by their names.',
        "The form of each file is told by its first lines: the journal (`journalctl -o json`, `json-seq`, `json-sse`, `export`), syslog (RFC 5424, RFC 3164, rsyslog's files, `journalctl -o short...`), `kubectl logs --timestamps` (with `--prefix`, and the runtime's own files), OTLP in JSON, and lines that begin with a date and time, or with what `pattern` or `time_format` says.",
        "`trace.first_error` of each operation in OTLP spans whose status is error, of the traces that were kept.",
        "What a log itself says is missing (`Suppressed 12 messages from shop.service`, messages lost by rate limits, equal ones folded into one) is a gap between the sender's line before and that one.",
    ),
    rights="The files, readable.",
    precision="as a line shows it: nanoseconds (kubectl, OTLP), microseconds (the journal, rsyslog's RFC 3339 files), a second (RFC 3164). Of the journal the sender's time where it has one (`_SOURCE_REALTIME_TIMESTAMP`), else the receipt.",
    limits=(
        "RFC 3164 names no year and no zone: `zone` says which; the year is the one by which the lines lie in the window, over New Year in the file's own order, never after the file was last written. Where two years fit, or the file is silent for over half a year, set `year`.",
        "rsyslog's traditional file keeps the sender's clock and drops its offset; its RFC 3339 file shows the receiver's offset beside the clock of a sender that told none, and the receipt where a message had no time: `trust_offset = false` with `zone` reads such clocks as the senders'.",
        "Rates are judged where the files have lines before and after: a log that ends has not fallen silent. Rotated files (`app.log.1`, `app.log-20261121.gz`) count as one; a file that a glob finds twice, packed and not, is counted twice.",
        "`kubectl logs` has what the node still holds (10 MiB unless told otherwise), of the last restart alone (`--previous` is the one before), by the node's clock.",
        "`journalctl -o json` leaves out values over 4096 bytes unless it is told `--all`: a gap.",
        "Lines that begin with no time belong to the entry before them, of which 20,000 characters are kept; of `kubectl` and of a file's begin they are counted as unreadable.",
        "Signatures are made of fields, and of members of a line that is a JSON object: patterns in free text are not found. `pattern` makes fields of words.",
        "Of a file that ends within a line, or whose packed data break off, later lines are not known: a gap.",
        "A span's error is told between its begin and end; sampling drops traces without a word.",
    ),
    example={"path": "logs/app.log*", "fields": {"service": "checkout"}, "zone": "UTC"},
)
