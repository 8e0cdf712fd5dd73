"""Secrets never reach a payload: a source's own, tokens of known form, and what is named one."""

from collectors.kit.redaction.marks import BEGINNING as BEGINNING
from collectors.kit.redaction.marks import MARK as MARK
from collectors.kit.redaction.redactor import Redactor as Redactor
