"""A file that is changed says what was wanted, and everything else in it is as it was: comments, order, form."""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.settings.toml_text import rewritten, without_empty
from wire.errors import ConfigError

HOUSE = """# Our house
[hub]
name = "x" # ours

# The satellites
[[satellite]]
name = "a" # first
area = "Kitchen"

# the second
[[satellite]]
name = "b"

[wake]
words = [
  "okay_nabu", # the first
  "hey",  # other
]
word.okay_nabu.threshold = 0.3
"""


def changed(text, change):
    wanted = tomllib.loads(text)
    change(wanted)
    return rewritten(text, wanted)


def test_a_new_key_stands_with_its_own_section():
    text = changed(HOUSE, lambda it: it["hub"].update(language="de"))
    assert text == HOUSE.replace("# ours\n", '# ours\nlanguage = "de"\n')


def test_a_changed_value_keeps_the_comment_on_its_line():
    assert changed(HOUSE, lambda it: it["hub"].update(name="y")) == HOUSE.replace('"x" # ours', '"y" # ours')


def test_an_entry_of_a_list_goes_and_the_others_keep_their_lines():
    text = changed(HOUSE, lambda it: it["wake"].update(words=["okay_nabu", "new"]))
    assert '"okay_nabu", # the first\n' in text


def test_a_table_that_is_removed_takes_its_own_lines_alone():
    text = changed(HOUSE, lambda it: it["satellite"].pop(0))
    assert "# The satellites" in text
    assert "# the second" in text
    assert "first" not in text.replace("# the first", "")


def test_tables_are_added_behind_the_others():
    text = changed(HOUSE, lambda it: it["satellite"].append({"name": "c", "wake": {"threshold": 0.4}}))
    assert 'name = "b"\n\n[[satellite]]\nname = "c"\n\n[satellite.wake]\nthreshold = 0.4\n\n[wake]' in text


def test_the_last_table_can_go():
    text = changed(HOUSE, lambda it: it.pop("satellite"))
    assert "[[satellite]]" not in text


def test_a_dotted_section_stays_one():
    text = changed(HOUSE, lambda it: it["wake"]["word"].update(hey={"threshold": 0.5}))
    assert "word.hey = {threshold = 0.5}\n" in text


def test_an_empty_file_gets_its_first_section():
    assert rewritten("", {"policy": {"unlock": "yes", "rule": [{"decision": "allow"}]}}) == (
        '[policy]\nunlock = "yes"\n\n[[policy.rule]]\ndecision = "allow"\n'
    )


def test_inline_tables_stay_inline():
    text = changed('satellite = [{name = "a"}] # few\n', lambda it: it["satellite"].append({"name": "b"}))
    assert tomllib.loads(text) == {"satellite": [{"name": "a"}, {"name": "b"}]}
    assert "# few" in text


def test_a_file_without_a_last_line_end_is_no_trouble():
    assert (
        changed("[hub]\nname = 'x'", lambda it: it.update(web={"port": 1})) == "[hub]\nname = 'x'\n\n[web]\nport = 1\n"
    )


def test_what_cannot_be_read_is_refused():
    with pytest.raises(ConfigError) as caught:
        rewritten("[hub\n", {})
    assert caught.value.code == "settings-form"


# Files as people write them: every line with a comment of its own, by which it is known again.
NAMES = st.sampled_from(["name", "turns", "speed", "words", "quiet", "x-y"])
SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**40), 2**40), st.floats(-1e6, 1e6), st.text("aä\"'\\#[]=, \n", max_size=8)
)
VALUES = st.one_of(SCALARS, st.lists(st.integers(0, 9), max_size=4), st.lists(st.text("ab#,]", max_size=3), max_size=4))
TABLES = st.dictionaries(NAMES, VALUES, max_size=4)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "hub": TABLES,
        "store": TABLES,
        "wake": st.builds(lambda own, word: own | {"word": word}, TABLES, st.dictionaries(NAMES, TABLES, max_size=2)),
        "satellite": st.lists(st.builds(lambda n, t: {"name": n} | t, st.text("abc", min_size=1), TABLES), max_size=3),
    },
)


class Writer:
    """Writes a document as TOML, with numbered comments, in one of several forms."""

    def __init__(self, draw):
        self.draw, self.count, self.lines = draw, 0, []

    def comment(self):
        self.count += 1
        return f"# c{self.count:03}."

    def own_line(self):
        if self.draw(st.booleans()):
            self.lines += [""] * self.draw(st.integers(0, 2)) + [self.comment()]

    def value(self, value):
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str):
            quoted = "".join({"\\": "\\\\", '"': '\\"', "\n": "\\n"}.get(letter, letter) for letter in value)
            return f'"{quoted}"'
        if isinstance(value, list):
            between = ",\n  " if self.draw(st.booleans()) else ", "
            return f"[{between.join(map(self.value, value))}]"
        return repr(value)

    def pairs(self, table):
        for key, value in table.items():
            self.own_line()
            tail = f"  {self.comment()}" if self.draw(st.booleans()) else ""
            self.lines.append(f"{key} = {self.value(value)}{tail}")

    def section(self, header, table):
        self.lines += [""] * self.draw(st.integers(0, 1))
        self.own_line()
        self.lines.append(header)
        self.pairs({key: value for key, value in table.items() if key != "word"})
        for name, inner in table.get("word", {}).items():
            self.section(f"[wake.word.{name}]", inner)

    def document(self, document):
        for name, content in document.items():
            for one in content if isinstance(content, list) else [content]:
                self.section(f"[[{name}]]" if isinstance(content, list) else f"[{name}]", one)
        return "\n".join(self.lines) + self.draw(st.sampled_from(["", "\n", "\n\n"]))


@st.composite
def written(draw):
    return Writer(draw).document(draw(DOCUMENTS))


def apply(before, after, keep):
    """``after`` over ``before``; what is not in ``after`` stays where ``keep`` says so."""
    result = deepcopy(before)
    for section, content in after.items():
        if isinstance(content, dict) and isinstance(result.get(section), dict) and keep:
            result[section] |= content
        else:
            result[section] = content
    return {key: value for key, value in result.items() if value != []}


@settings(max_examples=60)
@given(written(), DOCUMENTS, st.booleans())
def test_any_change_of_any_file_says_what_was_wanted(text, change, keep):
    wanted = apply(tomllib.loads(text), change, keep)
    assert without_empty(tomllib.loads(rewritten(text, wanted))) == without_empty(wanted)


@settings(max_examples=60)
@given(written(), DOCUMENTS)
def test_comments_stay_whatever_is_added_or_changed(text, change):
    before = tomllib.loads(text)
    change.pop("satellite", None)
    wanted = apply(before, change, keep=True)
    if "word" in change.get("wake", {}):
        wanted["wake"]["word"] = before.get("wake", {}).get("word", {}) | change["wake"]["word"]
    after = rewritten(text, wanted)
    lost = set(re.findall(r"# c\d{3}\.", text)) - set(re.findall(r"# c\d{3}\.", after))
    own = before.get("wake", {}).get("word", {})
    assert not lost or any(inner != wanted["wake"]["word"][name] for name, inner in own.items()), after


@settings(max_examples=60)
@given(written())
def test_what_is_not_changed_is_not_touched(text):
    whole = text if not text or text.endswith("\n") else text + "\n"
    assert rewritten(text, tomllib.loads(text)) == whole


@settings(max_examples=60)
@given(written(), st.data())
def test_comments_before_other_tables_stay_when_one_goes(text, data):
    before = tomllib.loads(text)
    if not before.get("satellite"):
        return
    wanted = deepcopy(before)
    wanted["satellite"].pop(data.draw(st.integers(0, len(before["satellite"]) - 1)))
    if not wanted["satellite"]:
        del wanted["satellite"]
    after = rewritten(text, wanted)
    assert without_empty(tomllib.loads(after)) == without_empty(wanted)
    headers = re.findall(r"^(# c\d{3}\.)\n\[(?:\[satellite|hub|store|wake)", text, re.MULTILINE)
    assert set(headers) <= set(re.findall(r"# c\d{3}\.", after))
