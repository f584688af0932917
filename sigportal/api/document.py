"""The finishing of the OpenAPI document: what every operation may answer, said once."""

import json
import re
from typing import Any

from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

from .problem import MEDIA_TYPE, Problem

HEADERS = {
    "ETag": {
        "description": "Stands for this very answer; send it back as `If-None-Match`.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'Of lists: addresses of the pages beside, `rel="next"` and `rel="prev"` (RFC 8288).',
        "schema": {"type": "string"},
    },
}
REFUSALS = {
    "404": "There is no such thing, or it is not public.",
    "422": "A parameter is unknown or cannot be used; `errors` names it.",
}


def finish(document: OpenAPISchema) -> dict[str, Any]:
    """Adds problems, headers and 304 to each operation; leaves null out of parameters, which are text."""
    schemas = document["components"]["schemas"]
    problem = Problem.model_json_schema(ref_template=REF_TEMPLATE, mode="serialization")
    schemas.update(problem.pop("$defs"))
    schemas["Problem"] = problem
    for operations in document["paths"].values():
        for operation in operations.values():
            _finish_operation(operation)
    return _named(document)


def _named(document: OpenAPISchema) -> dict[str, Any]:
    """Components as a generated client wants to call them, `SigList` of `Sig`, and only those in use."""
    text = json.dumps(document)
    text = re.sub(r"Listed[\[_](\w+?)Shape[\]_]", r"\1List", text)
    text = re.sub(r"\b([A-Z]\w+)Shape\b", r"\1", text)
    named: dict[str, Any] = json.loads(text)
    schemas = named["components"]["schemas"]
    used = {name for name in schemas if REF_TEMPLATE.format(model=name) + '"' in text}
    named["components"]["schemas"] = {name: schemas[name] for name in sorted(used)}
    return named


def _finish_operation(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        _without_null(parameter["schema"])
        # A list of examples belongs to the schema, where it stands already; a parameter names one.
        if examples := parameter.pop("examples", None):
            parameter["example"] = examples[0]
    responses = {str(status): answer for status, answer in operation["responses"].items()}
    responses["200"]["headers"] = HEADERS
    responses["304"] = {"description": "Nothing has changed since the answer with that `ETag`."}
    responses |= {status: _refusal(text) for status, text in REFUSALS.items()}
    responses["default"] = _refusal("Whatever else went wrong.")
    operation["responses"] = responses


def _without_null(schema: dict[str, Any]) -> None:
    kept = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(kept) == 1:
        del schema["anyOf"]
        schema.update(kept[0])
    if schema.get("default", "") is None:
        del schema["default"]


def _refusal(description: str) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": REF_TEMPLATE.format(model="Problem")}}}
    return {"description": description, "content": content}
