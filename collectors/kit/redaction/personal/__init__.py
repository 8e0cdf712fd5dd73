"""Data of persons: an extra, switched on by kinds; what names people to the timeline itself stays."""

from collectors.kit.redaction.personal.finder import KINDS as KINDS
from collectors.kit.redaction.personal.finder import Personal as Personal
