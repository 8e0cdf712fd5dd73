"""Sign an in-toto statement with sigstore, by the identity that the surroundings give (a CI job's)."""

from __future__ import annotations

from timeline.errors import TimelineError


class SigningError(TimelineError):
    """A statement could not be signed, nothing was written; `extra` names the packages that are absent."""

    def __init__(self, message: str, extra: str = "") -> None:
        super().__init__(message)
        self.extra = extra


def signed(statement: bytes) -> bytes:
    """Return a sigstore bundle (JSON) with the signed statement; raise SigningError.

    Uses the network: the identity is certified, and the signature enters a public log.
    """
    try:
        from sigstore.dsse import Statement
        from sigstore.errors import Error
        from sigstore.models import ClientTrustConfig
        from sigstore.oidc import IdentityToken, detect_credential
        from sigstore.sign import SigningContext
    except ImportError as err:
        raise SigningError("signing needs sigstore: install the extra `sigstore`", "sigstore") from err
    try:
        checked = Statement(statement)
        token = detect_credential()
        if token is None:
            raise SigningError(
                "nothing here gives an identity to sign with: run it in a CI job that may ask for an OIDC token "
                "(GitHub: `permissions: id-token: write`), or leave --sign out"
            )
        context = SigningContext.from_trust_config(ClientTrustConfig.production())
        with context.signer(IdentityToken(token)) as signer:
            return (str(signer.sign_dsse(checked).to_json()) + "\n").encode()
    except (Error, OSError) as err:
        raise SigningError(f"sigstore did not sign it: {err}") from err
