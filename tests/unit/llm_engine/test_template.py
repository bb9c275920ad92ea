"""Messages as a prompt: in the model's own words, or in plain ones, and never more than text comes of it."""

from __future__ import annotations

import json

import pytest

from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.template import Marks, Template
from hub.llm.messages import LISTED, Called, Function, Message, Tool, ToolCall

MARKS = Marks("<s>", "</s>")
OWN = "{{ bos_token }}{% for one in messages %}[{{ one.role }}] {{ one.content }}{{ eos_token }}{% endfor %}"
WITH_TOOLS = """{%- if tools -%}
<|im_start|>system
{{ messages[0].content }}
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools><|im_end|>
{%- else -%}
<|im_start|>system
{{ messages[0].content }}<|im_end|>
{%- endif -%}
{%- for message in messages[1:] %}
<|im_start|>{{ message.role }}
{{ message.content }}
{%- for call in message.tool_calls or [] %}
<tool_call>
{{ call.function | tojson }}
</tool_call>
{%- endfor -%}
<|im_end|>
{%- endfor -%}
{%- if add_generation_prompt %}
<|im_start|>assistant
{% endif -%}"""
SYSTEM, HELLO = Message("system", "You are a house."), Message("user", "Is the lamp on?")
NAMES = [f"lamp {number}" for number in range(13)]
ASKED = Message("assistant", tool_calls=[ToolCall(Called("get_state", '{"name": "lamp"}'), id="1")])
TOLD = Message("tool", "on", tool_call_id="1")


def tool(*names: str, listed: bool = False) -> Tool:
    schema = {"type": "string", "enum": list(names), **({LISTED: True} if listed else {})}
    parameters = {"type": "object", "properties": {"name": schema}, "required": ["name"], "minProperties": 1}
    return Tool(Function("get_state", "How a lamp is.", parameters))


def prompt(source: str | None, messages: list[Message], tools: list[Tool] | None = None) -> str:
    return Template(source, MARKS).prompt(messages, tools or [])


def test_the_models_own_template_is_taken():
    assert prompt(OWN, [SYSTEM, HELLO]) == "<s>[system] You are a house.</s>[user] Is the lamp on?</s>"


@pytest.mark.parametrize("source", [None, ""])
def test_without_one_it_is_chatml(source: str | None):
    assert prompt(source, [SYSTEM, HELLO]) == (
        "<|im_start|>system\nYou are a house.<|im_end|>\n"
        "<|im_start|>user\nIs the lamp on?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


def test_a_template_that_knows_tools_is_given_them():
    text = prompt(WITH_TOOLS, [SYSTEM, HELLO], [tool("lamp", "fan")])
    shown = json.loads(text.partition("<tools>")[2].partition("</tools>")[0])
    assert shown == {
        "type": "function",
        "function": {
            "name": "get_state",
            "description": "How a lamp is.",
            "parameters": {"type": "object", "properties": {"name": {"type": "string", "enum": ["lamp", "fan"]}}},
        },
    }


def test_without_tools_it_is_given_none():
    assert "<tools>" not in prompt(WITH_TOOLS, [SYSTEM, HELLO])


def test_calls_and_results_stand_as_the_template_writes_them():
    text = prompt(WITH_TOOLS, [SYSTEM, HELLO, ASKED, TOLD], [tool("lamp")])
    assert '<tool_call>\n{"name": "get_state", "arguments": {"name": "lamp"}}\n</tool_call><|im_end|>' in text
    assert "<|im_start|>tool\non<|im_end|>" in text


@pytest.mark.parametrize("kept", [tool("lamp"), tool(*NAMES[:12])])
def test_short_lists_are_told(kept: Tool):
    assert '"enum"' in prompt(WITH_TOOLS, [SYSTEM, HELLO], [kept])


@pytest.mark.parametrize("left_out", [tool(*NAMES), tool("lamp", listed=True)])
@pytest.mark.parametrize("source", [WITH_TOOLS, OWN])
def test_long_lists_and_those_that_stand_elsewhere_are_not(source: str, left_out: Tool):
    text = prompt(source, [SYSTEM, HELLO], [left_out])
    assert '"enum"' not in text
    assert LISTED not in text
    assert '"type": "string"' in text


@pytest.mark.parametrize(
    "source",
    [None, OWN, OWN + "{# <tool_call> #}", WITH_TOOLS + "{# <function=get_state> #}"],
    ids=["none", "own", "of other tools", "of another form"],
)
def test_where_the_template_knows_no_tools_the_system_message_tells_them(source: str | None):
    text = prompt(source, [SYSTEM, HELLO], [tool("lamp")])
    told = text.partition("You are a house.")[2].partition("Is the lamp on?")[0]
    assert "How a lamp is." in told
    assert '<tool_call>\n{"name": NAME, "arguments": {...}}\n</tool_call>' in told


def test_where_there_is_no_system_message_there_is_one_then():
    text = prompt(OWN, [HELLO], [tool("lamp")])
    assert text.startswith("<s>[system] You can call these functions:")
    assert text.endswith("[user] Is the lamp on?</s>")


@pytest.mark.parametrize("tools", [[], [tool("lamp")]])
def test_calls_and_results_are_told_in_plain_words(tools: list[Tool]):
    text = prompt(OWN, [SYSTEM, HELLO, ASKED, TOLD], tools)
    assert text.endswith(
        '[assistant] <tool_call>\n{"name": "get_state", "arguments": {"name": "lamp"}}\n</tool_call></s>'
        "[user] Result: on</s>"
    )


def test_what_was_said_before_a_call_stays():
    said = Message("assistant", "Let me see.", tool_calls=ASKED.tool_calls)
    assert "[assistant] Let me see.\n<tool_call>" in prompt(OWN, [SYSTEM, HELLO, said])


def test_messages_are_no_template():
    """Nor does what they hold change the template for the next one."""
    template = Template(OWN, MARKS)
    text = template.prompt([Message("user", "{{ 7 * 7 }}{% if %}")], [])
    assert "{{ 7 * 7 }}{% if %}" in text
    assert template.prompt([HELLO], []) == "<s>[user] Is the lamp on?</s>"


def test_letters_are_not_escaped():
    assert "Büro 灯" in prompt(WITH_TOOLS, [SYSTEM, HELLO], [tool("Büro 灯")])


def test_what_templates_of_others_use_is_there():
    source = (
        "{% for one in messages %}{% if loop.index > 1 %}{% break %}{% endif %}{{ one.content }}{% endfor %}"
        "|{{ strftime_now('%Y') | length }}|{{ messages | tojson(indent=2) | length > 50 }}|{{ enable_thinking }}"
    )
    assert prompt(source, [SYSTEM, HELLO]) == "You are a house.|4|True|False"


@pytest.mark.parametrize("source", ["{% for", "{{ 1 +", "{% endif %}", "{{ x | no_such_filter }}", "{% what %}"])
def test_a_broken_template_is_a_broken_model(source: str):
    with pytest.raises(LlamaFailed) as failed:
        Template(source, MARKS)
    assert failed.value.code == "llm-model-invalid"


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update(role='system') }}",
        "{{ strftime_now.__globals__['json'] }}",
        "{{ raise_exception.__code__.co_consts }}",
        "{{ ''.join(messages[0].pop('content')) }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ raise_exception('only one system message') }}",
        "{{ messages[99].content }}",
        "{{ nobody.said.this }}",
        "{{ 'x' + 1 }}",
        "{{ messages | tojson(default=1) }}",
    ],
)
def test_what_a_template_must_not_do_ends_the_request(source: str):
    with pytest.raises(LlamaFailed) as failed:
        prompt(source, [HELLO])
    assert failed.value.code == "llm-request-invalid"
    assert len(failed.value.message) < 300


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ ''|attr('__class__') }}",
        "{{ strftime_now.__globals__ }}",
    ],
)
def test_what_is_within_python_is_not_shown(source: str):
    assert prompt(source, [HELLO]) == ""


@pytest.mark.parametrize("source", ["{{ range(10 ** 9) }}", "{{ 1 / 0 }}", "{{ 'x'.encode('what') }}"])
def test_whatever_else_goes_wrong_in_it_ends_the_request(source: str):
    """OverflowError is the sandbox's own word for a loop that is too long."""
    with pytest.raises(LlamaFailed):
        prompt(source, [HELLO])


def test_a_template_that_is_too_deep_is_a_broken_model():
    with pytest.raises(LlamaFailed):
        Template("{{ " + "(" * 5000 + ")" * 5000 + " }}", MARKS)


@pytest.mark.parametrize("arguments", ["", "{", "name=lamp"])
def test_arguments_that_are_no_json_are_refused(arguments: str):
    with pytest.raises(LlamaFailed) as failed:
        prompt(WITH_TOOLS, [SYSTEM, Message("assistant", tool_calls=[ToolCall(Called("get_state", arguments))])])
    assert failed.value.code == "llm-request-invalid"


def test_arguments_that_are_too_deep_are_refused():
    with pytest.raises(LlamaFailed):
        prompt(WITH_TOOLS, [SYSTEM, Message("assistant", tool_calls=[ToolCall(Called("get_state", "[" * 100_000))])])


@pytest.mark.parametrize("source", [WITH_TOOLS, OWN], ids=["with tools", "own"])
@pytest.mark.parametrize("properties", [None, ["name"], "name"], ids=repr)
def test_garbage_for_a_schema_is_refused(source: str, properties: object):
    with pytest.raises(LlamaFailed):
        prompt(source, [SYSTEM, HELLO], [Tool(Function("f", "", {"type": "object", "properties": properties}))])


@pytest.mark.parametrize("source", [None, OWN, WITH_TOOLS], ids=["none", "own", "with tools"])
@pytest.mark.parametrize("tools", [[], [tool("lamp")]], ids=["no tools", "tools"])
def test_all_prompts_begin_with_what_begins_them(source: str | None, tools: list[Tool]):
    template = Template(source, MARKS)
    asked = ["Is the lamp on?", "a", "b", "", "äh", " "]
    prompts = [template.prompt([SYSTEM, Message("user", text)], tools) for text in asked]
    begins = template.begins([SYSTEM], tools)
    assert all(one.startswith(begins) for one in prompts)
    assert "You are a house." in begins
    assert ("How a lamp is." in begins) == bool(tools)
    assert begins.endswith(("user\n", "[user] "))


def test_another_system_message_begins_otherwise():
    template = Template(OWN, MARKS)
    assert template.begins([SYSTEM], []) != template.begins([Message("system", "You are a boat.")], [])


def test_without_a_message_nothing_stays():
    assert Template(OWN, MARKS).begins([], [tool("lamp")]) == ""


def test_a_template_that_tells_no_question_is_one_beginning():
    assert Template("{{ messages[0].content }}", MARKS).begins([SYSTEM, HELLO], []) == "You are a house."
