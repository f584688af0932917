import http.server
import json
import logging
import sys
import threading
from types import ModuleType

import pytest
from django.conf import settings as django_settings

from members.models import Notice
from members.notices import sending
from members.notices.about import about_promotion
from members.notices.channels import configured, mark_of, service_of
from members.notices.outbox import tell
from tests.members.cast import AT, make_cast

pytestmark = pytest.mark.django_db
SLACK, FEISHU = "slack://secret-a/b/c", "feishu://secret-d"


@pytest.fixture
def posted(monkeypatch):
    """What a library of apprise's shape was asked to post: (address, title, body); `refuses` are addresses."""

    class Apprise:
        sent: list = []
        refuses: set = set()

        def add(self, url):
            self.url = url
            return not url.startswith("nonsense:")

        def notify(self, *, title, body):
            if self.url in self.refuses:
                return False
            self.sent.append((self.url, title, body))
            return True

    module = ModuleType("apprise")
    module.Apprise = Apprise
    monkeypatch.setitem(sys.modules, "apprise", module)
    return Apprise


@pytest.fixture
def announced(settings, posted):
    def announce(*urls, kind="promotion.decided"):
        settings.NOTIFY_URLS = list(urls)
        promotion = make_cast().promotion("rejected")
        data = about_promotion(promotion)
        tell(key=f"promotion:{promotion.pk}:decided", kind=kind, person=None, data=data, at=AT)
        sending.send_due()
        return promotion

    return announce


def test_a_channel_gets_one_short_text_with_a_link(announced, posted):
    promotion = announced(SLACK)
    ((url, title, body),) = posted.sent
    assert url == SLACK
    assert title.startswith("未通过：Candidate 担任 Committer")
    assert body.splitlines()[1] == f"http://testserver{promotion.get_absolute_url()}"


def test_each_channel_is_told_once(announced, posted):
    announced(SLACK, FEISHU)
    Notice.objects.filter(state="waiting").update(next_try_at=AT)
    sending.send_due()
    assert sorted(url for url, _title, _body in posted.sent) == [FEISHU, SLACK]


def test_a_channel_that_refuses_is_tried_again_without_repeating_the_other(announced, posted):
    posted.refuses = {FEISHU}
    announced(SLACK, FEISHU)
    assert {(row.state, row.error) for row in Notice.objects.all()} == {
        ("sent", ""),
        ("waiting", "channel_refused"),
    }
    posted.refuses = set()
    Notice.objects.filter(state="waiting").update(next_try_at=AT)
    sending.send_due()
    assert sorted(url for url, _title, _body in posted.sent) == [FEISHU, SLACK]


def test_a_channel_that_was_taken_out_is_not_told(announced, posted, settings):
    settings.NOTIFY_URLS = [SLACK]
    tell(
        key="k",
        kind="promotion.decided",
        person=None,
        data=about_promotion(make_cast().promotion("rejected")),
        at=AT,
    )
    settings.NOTIFY_URLS = [FEISHU]
    sending.send_due()
    row = Notice.objects.get()
    assert (row.state, row.error) == ("skipped", "channel_gone")
    assert not posted.sent


def test_an_address_that_cannot_be_read_fails_in_sight(announced):
    announced("nonsense://secret")
    row = Notice.objects.get()
    assert (row.state, row.error) == ("failed", "bad_channel")


class Receiver(http.server.BaseHTTPRequestHandler):
    """What a chat service's address is on the other end: takes a JSON body."""

    bodies: list = []

    def do_POST(self):
        self.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *words):
        pass


def test_the_library_itself_posts_to_an_address(settings):
    server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.NOTIFY_URLS = [f"json://127.0.0.1:{server.server_port}/"]
    promotion = make_cast().promotion("rejected")
    data = about_promotion(promotion)
    tell(key="once", kind="promotion.decided", person=None, data=data, at=AT)
    try:
        sending.send_due()
    finally:
        server.shutdown()
        server.server_close()
    assert Notice.objects.get().state == "sent"
    ((body),) = Receiver.bodies
    assert body["title"].startswith("未通过")
    assert promotion.get_absolute_url() in body["message"]


def test_nothing_stored_or_logged_holds_the_secret(announced, posted, caplog):
    posted.refuses = {FEISHU}
    with caplog.at_level(logging.DEBUG):
        announced(SLACK, FEISHU, "nonsense://secret-e")
    stored = str(list(Notice.objects.values()))
    assert "notice" in caplog.text
    assert "secret" not in caplog.text + stored


def test_the_libraries_that_log_addresses_are_silenced():
    loggers = django_settings.LOGGING["loggers"]
    assert loggers["apprise"] == {"level": "CRITICAL", "handlers": ["stderr"], "propagate": False}
    assert loggers["urllib3"] == {"level": "INFO"}


def test_marks_tell_channels_apart_and_lead_back(settings):
    settings.NOTIFY_URLS = [SLACK, FEISHU]
    assert len(configured()) == 2
    assert service_of(mark_of(SLACK)) == "slack"
    assert service_of("unknown") == ""
