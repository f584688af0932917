import polib
import pytest

from scripts import check_messages

VIEW = 'from django.utils.translation import gettext as _\n\ntitle = _("决议")\n'
PAGE = "{% load i18n %}<h1>{% translate '例会' %}</h1>\n"
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
COMPLETE = {"决议": "Resolution", "例会": "Meeting"}


@pytest.fixture
def project(tmp_path):
    """A small project with two texts; `write` gives it a catalogue."""
    (tmp_path / "reviews").mkdir()
    (tmp_path / "reviews" / "views.py").write_text(VIEW)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "home.html").write_text(PAGE)
    return tmp_path


def write(project, entries, extra=""):
    path = project / check_messages.CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = "".join(f'\nmsgid "{text}"\nmsgstr "{english}"\n' for text, english in entries.items())
    path.write_text(HEADER + texts + extra)


def test_check_accepts_a_complete_catalogue(project):
    write(project, COMPLETE)
    assert check_messages.check(project) == []


def test_check_names_every_text_when_there_is_no_catalogue(project):
    assert sorted(check_messages.check(project)) == [
        "missing: '例会' (templates/home.html)",
        "missing: '决议' (reviews/views.py)",
    ]


@pytest.mark.parametrize(
    ("entries", "extra", "fault"),
    [
        ({"决议": "Resolution"}, "", "missing: '例会' (templates/home.html)"),
        (COMPLETE | {"例会": ""}, "", "untranslated: '例会'"),
        (COMPLETE | {"例会": "例会"}, "", "English with Chinese in it: '例会'"),
        (COMPLETE | {"纪要": "Minutes"}, "", "no longer in the code: '纪要'"),
        (COMPLETE, '\n#~ msgid "纪要"\n#~ msgstr "Minutes"\n', "obsolete: '纪要'"),
        (
            {"决议": "Resolution"},
            '\n#, fuzzy\nmsgid "例会"\nmsgstr "Meetings"\n',
            "fuzzy: '例会'",
        ),
    ],
)
def test_check_names_what_is_wrong_with_the_catalogue(project, entries, extra, fault):
    write(project, entries, extra)
    assert check_messages.check(project) == [fault]


def test_check_names_a_placeholder_lost_in_translation(project):
    (project / "reviews" / "views.py").write_text(VIEW.replace("决议", "%(count)s 项决议"))
    entry = '\n#, python-format\nmsgid "%(count)s 项决议"\nmsgstr "resolutions"\n'
    write(project, {"例会": "Meeting"}, entry)
    found = check_messages.check(project)
    assert any("'count'" in fault for fault in found), found


def test_check_names_a_message_id_in_english(project):
    (project / "reviews" / "views.py").write_text(VIEW.replace("决议", "All resolutions"))
    write(project, {"All resolutions": "All resolutions", "例会": "Meeting"})
    assert check_messages.check(project) == [
        "message id is not Chinese: 'All resolutions' (reviews/views.py)"
    ]


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("<p>纪要</p>", False),
        ('<p title="纪要">', False),
        ('{% translate "纪要" as title %}{{ title }}', True),
        ("{% blocktranslate count n=rows %}一\n二{% plural %}三{% endblocktranslate %}", True),
        ('{% include "x.html" with title=_("纪要") %}', True),
        ('<a href="/" lang="zh-hans">中文</a>', True),
        ("{# 注释 #}{% comment %}注释\n{% endcomment %}", True),
        ("{% blocktranslate %}一{% endblocktranslate %}二", False),
    ],
)
def test_untagged_finds_chinese_outside_of_translate_tags(project, line, marked):
    (project / "templates" / "home.html").write_text(f"<main>\n{line}\n</main>\n")
    found = list(check_messages.untagged(project))
    assert (found == []) == marked
    assert marked or found[0].startswith("not marked for translation: templates/home.html:2: ")


def test_faults_of_a_plural_wants_every_form():
    entry = polib.POEntry(msgid="%(n)s 票", msgid_plural="%(n)s 票", msgstr_plural={0: "1", 1: ""})
    assert list(check_messages._faults_of(entry)) == ["untranslated: '%(n)s 票'"]
