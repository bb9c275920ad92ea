"""The description says what the routes do."""

from __future__ import annotations

import re

from hub.web.openapi import description
from hub.web.routes import Route
from tests.fakes_control import FakeHub, api


def test_every_route_is_described_once():
    routes = api(FakeHub())
    paths = description(routes, "1.2.3")["paths"]
    assert sum(len(methods) for methods in paths.values()) == len(routes)
    ids = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_every_shape_it_names_is_there():
    document = description(api(FakeHub()), "1.2.3")
    named = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert named
    assert named <= set(document["components"]["schemas"])


def test_who_may_is_told():
    paths = description(api(FakeHub()), "1.2.3")["paths"]
    assert paths["/say"]["post"]["x-scope"] == "act"
    assert paths["/health/live"]["get"]["security"] == []


def test_a_part_of_an_address_that_is_one_of_some_words_is_described_so():
    route = Route(method="GET", path="/notes/{kind:room|device}/{key:.+}", handler=lambda _: None, summary="")
    (operation,) = description([route], "1.2.3")["paths"]["/notes/{kind}/{key}"].values()
    assert [each["schema"] for each in operation["parameters"]] == [
        {"type": "string", "enum": ["room", "device"]},
        {"type": "string", "minLength": 1},
    ]
