from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from gitee.signature import BadSignature, sign, verify

# The published test vector.
SECRET = "bBg5lrt03VixkX85CNqYIcecC0SIGASE"
TIMESTAMP = "1633679083918"
SIGNATURE = "Xvh4YPVe6l31XpDRL9J2yeaEXabsckIoUUschpXiVck="
SENT_AT = datetime.fromtimestamp(1633679083, UTC)


def check(**changes):
    given = {"secret": SECRET, "token": SIGNATURE, "timestamp": TIMESTAMP, "at": SENT_AT}
    verify(**{**given, **changes})


def test_sign_gives_the_published_vector():
    assert sign(SECRET, TIMESTAMP) == SIGNATURE


def test_signature_mode_is_accepted():
    check()


def test_signature_that_was_url_encoded_is_accepted():
    check(token=quote(SIGNATURE, safe=""))


def test_plus_in_a_signature_is_a_plus():
    times = range(1633679083918, 1633679084918)
    timestamp = next(str(n) for n in times if "+" in sign(SECRET, str(n)))
    signed = sign(SECRET, timestamp)
    check(timestamp=timestamp, token=signed)
    check(timestamp=timestamp, token=signed.replace("=", "%3D"))


def test_password_mode_is_accepted_unless_forbidden():
    check(token=SECRET)
    with pytest.raises(BadSignature, match="does not match"):
        check(token=SECRET, allow_password=False)


@pytest.mark.parametrize(
    "token",
    ["", "wrong", SIGNATURE[:-1], SIGNATURE + "=", SIGNATURE.lower(), "%zz", "密", "\ud800"],
)
def test_wrong_token_is_refused(token):
    with pytest.raises(BadSignature, match="does not match"):
        check(token=token)


def test_signature_of_another_secret_or_time_is_refused():
    with pytest.raises(BadSignature):
        check(secret="other")
    with pytest.raises(BadSignature):
        check(timestamp=str(int(TIMESTAMP) + 1))


@pytest.mark.parametrize("secret", ["", None])
def test_no_secret_accepts_nobody(secret):
    with pytest.raises(BadSignature, match="no secret"):
        check(secret=secret, token=sign("", TIMESTAMP))


@pytest.mark.parametrize("timestamp", ["", "soon", "1e9", f" {TIMESTAMP}", f"0{TIMESTAMP}", "-1"])
def test_timestamp_that_is_no_number_is_refused(timestamp):
    with pytest.raises(BadSignature, match="milliseconds"):
        check(timestamp=timestamp, token=sign(SECRET, timestamp))


@pytest.mark.parametrize("sign_of_shift", [1, -1])
def test_stale_timestamp_is_refused_on_both_sides(sign_of_shift):
    check(at=SENT_AT + sign_of_shift * timedelta(minutes=4, seconds=58))
    with pytest.raises(BadSignature, match="stale"):
        check(at=SENT_AT + sign_of_shift * timedelta(minutes=5, seconds=2))


def test_window_can_be_widened_to_an_hour_at_most():
    check(at=SENT_AT + timedelta(minutes=50), fresh_for=timedelta(hours=9))
    with pytest.raises(BadSignature, match="stale"):
        check(at=SENT_AT + timedelta(minutes=61), fresh_for=timedelta(hours=9))


def test_refusal_holds_no_secret():
    with pytest.raises(BadSignature) as caught:
        check(token="guess-of-mine")
    assert SECRET not in str(caught.value)
    assert "guess-of-mine" not in str(caught.value)
