"""The document of the API, and the page for people: both tell all there is, and nothing loads from elsewhere."""

import json
import re

import pytest

from sigportal.api.page import GROUPS
from sigportal.api.v1 import api
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document():
    return json.loads(json.dumps(api.get_openapi_schema()))


def operations(document):
    return [(path, one["get"]) for path, one in document["paths"].items()]


def test_document_is_openapi_3_1_and_has_validators_itself(client):
    said = client.get("/api/v1/openapi.json")

    assert said.json()["openapi"] == "3.1.0"
    assert said.headers["Content-Type"].startswith("application/json")
    assert (
        client.get(
            "/api/v1/openapi.json", headers={"if-none-match": said.headers["ETag"]}
        ).status_code
        == 304
    )


def test_every_operation_can_only_read_and_says_what_it_is(document):
    for path, methods in document["paths"].items():
        assert list(methods) == ["get"], path
        operation = methods["get"]
        assert operation["summary"], path
        assert set(operation["responses"]) == {"200", "304", "404", "422", "default"}, path


def test_every_parameter_of_an_address_has_an_example(document):
    without = [
        (path, one["name"])
        for path, operation in operations(document)
        for one in operation["parameters"]
        if one["in"] == "path" and "example" not in one and "enum" not in one["schema"]
    ]
    assert without == []


def test_components_are_told_apart_by_their_names(document):
    """Two classes of one name would silently become one schema: lists of values stand in place."""
    assert [name for name, one in document["components"]["schemas"].items() if "enum" in one] == []


def test_components_are_named_for_clients_and_all_in_use(document):
    names = set(document["components"]["schemas"])
    text = json.dumps(document)

    assert {"Sig", "SigList", "Record", "Problem"} <= names
    assert [name for name in names if f'schemas/{name}"' not in text] == []
    assert set(re.findall(r"#/components/schemas/([^\"]+)", text)) == names
    assert "Shape" not in text


def test_document_is_english(document):
    assert not re.search("[\u3400-\u9fff]", json.dumps(document, ensure_ascii=False))


def test_page_lists_every_address_of_the_document(document):
    listed = [f"/api/v1{address}" for group in GROUPS for address, _text in group.lines]
    assert sorted([*listed, "/api/v1/"]) == sorted(document["paths"])


@pytest.mark.parametrize(("address", "word"), [("/api/", "开放接口"), ("/en/api/", "Public API")])
def test_page_for_people_in_both_languages(client, address, word):
    make.RepositoryFactory(sig__slug="one", owner="example", name="place")
    page = client.get(address).content.decode()

    assert f"<h1>{word}</h1>" in page
    assert "http://testserver/api/v1/repositories/gitee/example/place/pulls?limit=100" in page
    assert "http://testserver/api/v1/sigs/one/roster" in page


def test_page_without_any_repository_still_shows_how(client):
    page = client.get("/api/").content.decode()

    assert "/repositories/HOST/OWNER/NAME/pulls" in page


def test_every_page_leads_there(client):
    assert 'href="/api/"' in client.get("/sync/").content.decode()
    assert 'href="/en/api/"' in client.get("/en/sync/").content.decode()
