"""A notice as a mail: plain text and simple HTML, an address of ours in it, a way to get no more."""

import smtplib
from hashlib import sha256
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from ..models import Notice, Person
from .consent import token_of
from .text import Text, address, text_of


class NotSent(Exception):
    """Why a message did not go out: `code` holds no address; `is_permanent`: trying again is useless."""

    def __init__(self, code: str, *, is_permanent: bool = False, is_server_gone: bool = False):
        super().__init__(code)
        self.code = code
        self.is_permanent = is_permanent
        self.is_server_gone = is_server_gone


def send(notice: Notice, person: Person, language: str) -> None:
    """Hand one notice to the mail server. Raises NotSent."""
    hand_over(message_of(notice, person, language))


def hand_over(message: EmailMultiAlternatives) -> None:
    """Raises NotSent; what a server says may repeat the address, so only its number is kept."""
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        raise _refused(min(codes, default=0)) from None
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code) from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"unreachable:{type(error).__name__}", is_server_gone=True) from None
    except (ValueError, UnicodeError):
        raise NotSent("bad_address", is_permanent=True) from None


def _refused(code: int) -> NotSent:
    """RFC 5321: 5xx stays as it is. 535 and 530 are about our own sign-in, which can be mended."""
    own_fault = code in (530, 534, 535, 538)
    return NotSent(
        f"refused:{code}",
        is_permanent=500 <= code < 600 and not own_fault,
        is_server_gone=own_fault,
    )


def message_of(notice: Notice, person: Person, language: str) -> EmailMultiAlternatives:
    """The whole message. Message-ID comes from the key: a repeated mail can be told as the same."""
    text = text_of(notice.kind, notice.data, language, person.time_zone)
    stop = unsubscribe_address(person, notice.kind, language)
    headers = {
        "Message-ID": message_id(notice.key),
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return composed(text, person, language, headers=headers, stop_url=stop)


def composed(
    text: Text,
    person: Person,
    language: str,
    *,
    headers: dict[str, str],
    to: str = "",
    stop_url: str = "",
) -> EmailMultiAlternatives:
    """A mail of one text, to `to` or else the person's own address."""
    with translation.override(language):
        context = {
            "text": text,
            "name": person.name,
            "stop_url": stop_url,
            "settings_url": address(reverse("members:notices"), language),
        }
        message = EmailMultiAlternatives(
            subject=text.subject,
            body=render_to_string("mail/notice.txt", context),
            to=[to or person.email],
            headers={"Content-Language": language, **headers},
        )
        message.attach_alternative(render_to_string("mail/notice.html", context), "text/html")
    return message


def unsubscribe_address(person: Person, kind: str, language: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        path = reverse("members:notices-unsubscribe", args=[token_of(person, kind)])
    return address(path, language)


def message_id(key: str) -> str:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{sha256(key.encode()).hexdigest()[:40]}@{host}>"
