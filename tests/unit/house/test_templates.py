"""Templates of peers give what Home Assistant gives, and can neither harm nor stop us."""

import pytest

from hub.house import templates
from hub.house.templates import Template, TemplateInvalid

MESSAGE = '{"a": {"b": 1.26}, "s": "ON", "n": null, "list": [1, 2], "yes": true}'


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ value_json.a.b }}", "1.26"),
        ("{{ value_json['a']['b'] | round(1) }}", "1.3"),
        ("{{ value_json.a.b | int }}", "1"),
        ("{{ value_json.a.b * 100 }}", "126.0"),
        ("{{ value_json.s }}", "ON"),
        ("{{ value_json.n }}", "None"),
        ("{{ value_json.yes }}", "True"),
        ("{{ value_json.missing }}", ""),
        ("{{ value_json.missing | default('none') }}", "none"),
        ("{{ value_json.missing | is_defined }}", None),
        ("{{ value_json.missing.deeper }}", None),
        ("{{ iif(value_json.s == 'ON', 'open', 'closed') }}", "open"),
        ("{{ (value_json.s == 'ON') | iif('open') }}", "open"),
        ("{% if value_json.s == 'ON' %}yes{% else %}no{% endif %}", "yes"),
        ("{% set words = {'ON': 'heat'} %}{{ words[value_json.s] if value_json.s in words else 'off' }}", "heat"),
        ("{{ value_json.get('s') | lower }}", "on"),
        ("{{ value | int }}", None),
        ("{{ value | int(7) }}", "7"),
        ("{{ value | float('x') }}", "x"),
        ("{{ value_json.list | join(',') }}", "1,2"),
        ("{{ value_json.list[0] }}", "1"),
        ("{{ '{\"x\": 5}' | from_json }}", "{'x': 5}"),
        ("{{ value_json.a | to_json }}", '{"b": 1.26}'),
        ("{{ value_json.s | replace('O', 'U') }}", "UN"),
        ("{{ 'on' | bool }}", "True"),
    ],
)
def test_common_templates(source, expected):
    assert Template(source).read(MESSAGE) == expected


def test_without_a_template_the_message_is_the_value():
    assert templates.read(None, "ON") == "ON"
    assert templates.command(None, 21.5) == "21.5"


def test_a_command_template_gets_the_value_and_more():
    assert templates.command(Template('{"pos": {{ position }}, "raw": {{ value }}}'), 90, position=35) == (
        '{"pos": 35, "raw": 90}'
    )


def test_text_that_is_no_json_leaves_value_json_undefined():
    assert Template("{{ value_json is defined }}").read("ON") == "False"


@pytest.mark.parametrize(
    "source",
    [
        "{% for x in value_json %}{% endfor %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{{ 10 ** 9999999 }}",
        "{{ value | center(999999999) }}",
        "{{ unclosed",
        "{{ x | nosuchfilter }}",
        "x" * 5000,
        "{{ value" + " ~ value" * 20 + " }}",
        "{% set x = [1] %}" + "{% set x = [x, x] %}" * 100 + "{{ x }}",
    ],
)
def test_what_could_run_or_grow_without_end_is_refused_when_announced(source):
    with pytest.raises(TemplateInvalid):
        Template(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 999999999 }}",
        "{{ '%999999999d' % 3 }}",
        "{{ range(99999999) | list }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{:999999999}'['format'](1) }}",
        "{{ '{x:999999999}'.format_map({'x': 1}) }}",
        "{{ 'x'.ljust(99999999) }}",
        "{{ [1, 2] | tojson(indent=999999999) }}",
        "{% set x = 9 %}" + "{% set x = x * x %}" * 200 + "{{ x }}",
        "{% set x = 'aaaaaaaa' %}" + "{% set x = x + x %}" * 200 + "{{ x }}",
        "{% set x = '\"' %}" + "{% set x = x | tojson %}" * 150 + "{{ x }}",
        "{% set x = value %}" + "{% set x = x | replace('a', x) %}" * 100 + "{{ x }}",
        "{{ lipsum() }}",
        "{{ 1 / 0 }}",
        "{{ value_json() }}",
    ],
)
def test_what_grows_or_fails_while_rendered_is_no_value(source):
    assert Template(source).read('"aaaa"') is None


@pytest.mark.parametrize("attribute", ["__class__", "__init__", "__globals__", "mro"])
def test_no_way_to_python_itself(attribute):
    assert Template("{{ value." + attribute + " }}").read("x") in (None, "")


def test_a_huge_message_is_not_read():
    assert Template("{{ value }}").read("x" * 100_000) is None


def test_a_huge_result_is_not_given():
    assert Template("{{ value }}{{ value }}").read("x" * 16_000) is None
