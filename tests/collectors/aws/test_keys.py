"""Where the keys come from."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from collectors.aws.client import CLOUDTRAIL, CLOUDWATCH, console, endpoint
from collectors.aws.keys import Keys, keys_of
from collectors.aws.options import AwsOptions
from collectors.base import Context, SourceError
from collectors.kit.redaction import Redactor
from collectors.kit.tape import MemoryStore, RecordingTape
from tests.fakes.aws import ACCESS_KEY, SECRET_KEY, SECRETS
from timeline.model import Incident


def keys(**options: str) -> Keys:
    tape = RecordingTape("aws", "cloudtrail", MemoryStore(), Redactor())
    known = {**SECRETS, "env:SESSION": "token"}
    context = Context("aws", Incident(id="I"), 0, tape, known.__getitem__)
    return keys_of(context, AwsOptions.model_validate({"region": "eu-central-1", **options}))


def test_keys_are_those_of_the_environment_by_their_usual_names() -> None:
    assert keys() == Keys(ACCESS_KEY, SECRET_KEY, None)
    assert keys(session_token="env:SESSION").session == "token"


def test_a_profile_has_keys_or_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    with pytest.raises(SourceError, match="cannot be read"):
        keys(profile="prod")
    path.write_text(
        "[prod]\naws_access_key_id = AKIAX\naws_secret_access_key = a%b/c\naws_session_token = t\n[sso]\nsso_session = x\n"
    )
    assert keys(profile="prod") == Keys("AKIAX", "a%b/c", "t")
    with pytest.raises(SourceError, match="has no profile 'dev'"):
        keys(profile="dev")
    with pytest.raises(SourceError, match="aws configure export-credentials --profile sso --format env"):
        keys(profile="sso")
    path.write_text("no section, s3cret")
    with pytest.raises(SourceError) as told:
        keys(profile="prod")
    assert "s3cret" not in str(told.value)


def test_a_profile_stands_alone_and_needs_no_reference() -> None:
    given = {"region": "eu-central-1", "profile": "prod"}
    assert AwsOptions.model_validate(given).references() == ()
    for more in ({"url": "https://a.example"}, {"secret_key": "env:X"}, {"auth": {"bearer": "env:X"}}):
        with pytest.raises(ValidationError, match="stands in place of"):
            AwsOptions.model_validate({**given, **more})


@pytest.mark.parametrize("region", ["", "eu.evil.example/", "EU", "eu central"])
def test_a_region_leads_to_no_other_host(region: str) -> None:
    with pytest.raises(ValidationError):
        AwsOptions(region=region)


def test_regions_have_their_own_addresses() -> None:
    assert endpoint(CLOUDWATCH, "eu-central-1") == "https://monitoring.eu-central-1.amazonaws.com"
    assert endpoint(CLOUDTRAIL, "cn-north-1") == "https://cloudtrail.cn-north-1.amazonaws.com.cn"
    assert (
        console("cn-north-1", "a/home#b")
        == "https://cn-north-1.console.amazonaws.cn/a/home?region=cn-north-1#b"
    )
    assert console("us-gov-west-1", "a#b").startswith("https://us-gov-west-1.console.amazonaws-us-gov.com/a?")
