"""The command line (docs/architecture.md, section Commands): stable, other programs depend on it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Namespace with ``command`` and that command's options. Wrong usage prints help and exits 2."""
    if argv and argv[0] == "satellite":
        return argparse.Namespace(command="satellite", rest=list(argv[1:]))
    parser = argparse.ArgumentParser(prog="earshot", description="A voice appliance that keeps everything in the home.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _up(commands.add_parser("up", help="hub and a satellite on this machine"))
    _hub(commands.add_parser("hub", help="the hub alone"))
    commands.add_parser("satellite", help="the satellite alone (earshot satellite --help)")
    _ask(commands.add_parser("ask", help="whole turns from recordings or typed words"))
    _house(commands.add_parser("house", help="the devices that are known, or a simulated house"))
    _rules(commands.add_parser("rules", help="what the house does by itself, and why it did"))
    _say(commands.add_parser("say", help="speak in one room or in all"))
    _page(commands.add_parser("page", help="the page's set-up code, password and tokens"))
    _doctor(commands.add_parser("doctor", help="what works, what does not, and what to do"))
    _wake(commands.add_parser("wake", help="wake words: a live meter, a test of a room, a word of your own"))
    _models(commands.add_parser("models", help="fetch, check, import and remove models"))
    _stt(commands.add_parser("stt", help="what was misheard, and a recogniser tuned to it or made anew"))
    _audit(commands.add_parser("audit", help="what was done to devices, by whom, and what proved it"))
    _bench(commands.add_parser("bench", help="measure this machine"))
    return parser.parse_args(argv)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _log_level(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--debug", action="store_true", help="log what engineers want to know")


def _up(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--demo", action="store_true", help="add a simulated house")
    parser.add_argument("--config", type=Path, help="hub.toml (default: the one of this installation)")
    parser.add_argument("--mic", help="microphone by name, or wav:PATH (default: satellite.toml's)")
    parser.add_argument("--speaker", help="speaker by name, wav:DIRECTORY, or none (default: satellite.toml's)")
    _log_level(parser)


def _hub(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, help="hub.toml (default: the one of this installation)")
    parser.add_argument("--check-config", action="store_true", help="only check the configuration")
    _log_level(parser)


def _ask(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--wav", nargs="+", type=Path, metavar="F", help="recordings, or folders of them")
    what.add_argument("--text", nargs="+", metavar="T", help="typed sentences")
    what.add_argument("--lines", type=Path, metavar="FILE", help="typed sentences, one a line")
    parser.add_argument("--satellite", default="cli", help="name in the record; one that is known gives its room")
    parser.add_argument("--area", help="the room that is spoken in")
    parser.add_argument("--language", help="instead of the hub's")
    parser.add_argument("--wake", action="store_true", help="the recordings begin with the wake word")
    parser.add_argument("--house", type=Path, metavar="FILE.toml", help="run against this simulated house")
    parser.add_argument("--reply-wav", type=Path, metavar="OUT", help="write the spoken reply (a folder for several)")
    _json(parser)


def _house(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    parser.set_defaults(action="list", file=None, json=False)
    _json(actions.add_parser("list", help="rooms and devices with their states"))
    simulate = actions.add_parser("simulate", help="run a house of real MQTT clients until Ctrl+C")
    simulate.add_argument("file", type=Path, metavar="FILE.toml")
    _house_notes(actions)
    _json(simulate)
    _json(parser)


def _rules(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = actions.add_parser("check", help="is rules.toml right; what each rule would do, and when next")
    check.add_argument(
        "file", nargs="?", type=Path, metavar="FILE.toml", help="(default: the one of this installation)"
    )
    listed = actions.add_parser("list", help="the rules in force in the running hub")
    attempt = actions.add_parser("try", help="what a rule would do now; nothing is done")
    attempt.add_argument("name")
    history = actions.add_parser("history", help="what rules did, and why")
    history.add_argument("--rule", metavar="NAME", help="only this one")
    history.add_argument("--limit", type=_count, default=20, metavar="N")
    for action in (check, listed, attempt, history):
        _json(action)


def _house_notes(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    rooms = actions.add_parser("rooms", help="the rooms, their floors and what else they are called")
    suggest = actions.add_parser("suggest", help="rooms for devices that have none, guessed from their names")
    people = actions.add_parser("people", help="the people of the household")
    room = actions.add_parser("room", help="add, change or remove a room")
    named = _adding(room, "room_action")
    named.add_argument("--floor")
    named.add_argument("--alias", action="append", default=[], help="said instead of its name; may be repeated")
    person = actions.add_parser("person", help="add, change or remove a person")
    named = _adding(person, "person_action")
    named.add_argument("--satellite", action="append", default=[], help="where they are reached; may be repeated")
    noted = actions.add_parser("set", help="note something on a device; what is not given stays")
    noted.add_argument("entity_id", metavar="ENTITY_ID", type=_named)
    noted.add_argument("--name")
    noted.add_argument("--room")
    noted.add_argument("--alias", action="append", help="said instead of its name; may be repeated")
    noted.add_argument("--expose", choices=("yes", "no"), help="may be spoken about")
    noted.add_argument("--sensitive", choices=("yes", "no"), help="never acted on by a voice alone")
    forget = actions.add_parser("forget", help="forget what was noted on a device")
    forget.add_argument("entity_id", metavar="ENTITY_ID", type=_named)
    for action in (rooms, suggest, people):
        _json(action)


def _adding(parser: argparse.ArgumentParser, destination: str) -> argparse.ArgumentParser:
    """``add NAME`` and ``remove NAME``; the former, for its options."""
    actions = parser.add_subparsers(dest=destination, required=True, metavar="ACTION")
    adding = actions.add_parser("add", help="add it, or put this in the place of what was noted")
    for action in (adding, actions.add_parser("remove", help="forget what was noted")):
        action.add_argument("name", type=_named)
    return adding


def _named(text: str) -> str:
    """Of a room, a person or a device."""
    if not 1 <= len(text.strip()) <= 100:
        raise argparse.ArgumentTypeError("1 to 100 characters")
    return text.strip()


def _say(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="+")
    parser.add_argument("--satellite", help="only there (default: everywhere)")
    parser.add_argument("--language")


def _doctor(parser: argparse.ArgumentParser) -> None:
    _json(parser)


def _wake(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    watch = actions.add_parser("watch", help="a live score meter of every room, until Ctrl+C")
    test = actions.add_parser("test", help="ten tries in one room, and the threshold that would suit")
    test.add_argument("word", nargs="?", help="as in wake.words (default: any that is listened for)")
    test.add_argument("--satellite", help="only there (default: everywhere)")
    test.add_argument("--times", type=int, default=10)
    test.add_argument("--metres", type=float, help="how far you stand, for the record")
    test.add_argument("--threshold", type=float, help="the one in use (default: 0.5)")
    train = actions.add_parser("train", help="a wake word of your own, made here out of synthetic speech (minutes)")
    train.add_argument("phrase", help='as it is spoken: "hey willow"')
    train.add_argument("--language", default="en")
    train.add_argument("--recordings", type=Path, metavar="DIR", help="of your household saying it, one a WAV file")
    train.add_argument("--negatives", type=Path, metavar="DIR", help="recordings that must not wake: television, talk")
    train.add_argument("--quick", action="store_true", help="less of everything: to try it, not to keep it")
    train.add_argument("--fresh", action="store_true", help="begin anew instead of where a stopped training ended")
    train.add_argument("--seed", type=int, default=1)
    teach = actions.add_parser("teach", help="a second look at uncertain scores, from recordings of your household")
    teach.add_argument("word", help="as in wake.words")
    teach.add_argument("--said", type=Path, metavar="DIR", help="people saying it, one a WAV file")
    teach.add_argument("--others", type=Path, metavar="DIR", help="the same people talking, without it")
    teach.epilog = "Without folders: what the household marked on the page, under Why."
    for action in (watch, test, train):
        _json(action)


def _models(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listed = actions.add_parser("list", help="what there is, and what is here")
    listed.add_argument("--stage", choices=("stt", "tts", "llm", "vision", "wake"))
    listed.add_argument("--language", metavar="L", help="as in: en")
    listed.add_argument("--installed", action="store_true", help="only what is here")
    pull = actions.add_parser("pull", help="fetch models; a fetch that was stopped goes on")
    pull.add_argument("name", nargs="+")
    pull.add_argument("--mirror", metavar="URL", help="fetch from there (default: models.mirror of hub.toml)")
    verify = actions.add_parser("verify", help="read what is here again, and compare it")
    verify.add_argument("name", nargs="*", help="(default: all)")
    take = actions.add_parser("import", help="take models from a folder, a USB stick say")
    take.add_argument("folder", type=Path, metavar="DIR")
    take.add_argument("name", nargs="*", help="(default: all that are there)")
    remove = actions.add_parser("remove", help="delete models")
    remove.add_argument("name", nargs="+")
    for action in (listed, pull, verify, take, remove):
        _json(action)


def _stt(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    turns = actions.add_parser("turns", help="what was heard lately, where [privacy] keep_speech is on")
    correct = actions.add_parser("correct", help="tell what was said in a turn")
    correct.add_argument("turn", metavar="TURN", help="number of a kept turn, or: last")
    said = correct.add_mutually_exclusive_group(required=True)
    said.add_argument("said", nargs="?", metavar="TEXT", help="what was said to the house")
    said.add_argument("--right", action="store_true", help="what was heard is right")
    said.add_argument("--nothing", action="store_true", help="nobody spoke to the house")
    forget = actions.add_parser("forget", help="delete kept speech")
    which = forget.add_mutually_exclusive_group(required=True)
    which.add_argument("turn", nargs="?", metavar="TURN", help="number of a kept turn, or: last")
    which.add_argument("--all", action="store_true", help="every turn, and what was learned from them")
    adapt = actions.add_parser("adapt", help="tune the recogniser to the turns that were corrected")
    adapt.add_argument("--dry-run", action="store_true", help="only tell what would change")
    for action in (turns, correct, forget, adapt):
        _json(action)
    train = actions.add_parser("train", help="the recogniser of a language, out of synthetic speech (hours)")
    train.add_argument("--language", default="en")
    train.add_argument("--quick", action="store_true", help="less of everything: to try it, not to keep it")
    train.add_argument(
        "--folder", type=Path, metavar="DIR", help="for all that is made (default: of this installation)"
    )
    train.add_argument("--hours", type=_positive, metavar="H", help="of speech")
    train.add_argument(
        "--copies", type=_copies, metavar="N", help="of the speech, each in other rooms and noise: 1 to 8"
    )
    train.add_argument("--steps", type=_count, metavar="N", help="of learning the first look alone")
    train.add_argument("--both-steps", type=_count, metavar="N", help="of learning both looks together")
    train.add_argument(
        "--jobs", type=_count, metavar="N", help="processes for speech and features (default: all cores)"
    )
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--fresh", action="store_true", help="remove what an earlier training made in the folder")
    train.add_argument(
        "--curve", action="store_true", help="what more speech would give: learn from parts of what is there"
    )
    _json(train)


def _page(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("code", help="the code that makes the first owner")
    password = actions.add_parser("password", help="set the owner's password; every browser is signed out")
    password.add_argument("--stdin", action="store_true", help="read it from a pipe instead of asking")
    token = actions.add_parser("token", help="make a token for a program; its key is shown this once")
    token.add_argument("name", metavar="NAME", help="what it is for")
    token.add_argument("--scope", choices=("read", "act", "admin"), default="read", help="what it may (default: read)")
    token.add_argument("--days", type=int, help="until it ends (default: never)")


def _audit(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action")
    parser.set_defaults(action="list")
    parser.add_argument("--entity", metavar="E", help="only of this one: lock.front_door")
    parser.add_argument("--limit", type=_count, default=50, metavar="N", help="the newest (default: 50)")
    _json(parser)
    _json(actions.add_parser("verify", help="whether the log is as it was written"))
    export = actions.add_parser("export", help="all of it as readable text, or as JSON lines")
    export.add_argument("file", type=Path, metavar="FILE", help="a new one")
    _json(export)


def _positive(text: str) -> float:
    if not 0 < float(text) < 10_000:
        raise argparse.ArgumentTypeError("more than 0")
    return float(text)


def _count(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def _copies(text: str) -> int:
    if not 1 <= int(text) <= 8:
        raise argparse.ArgumentTypeError("1 to 8")
    return int(text)


def _clips(text: str) -> int:
    if int(text) < 4:
        raise argparse.ArgumentTypeError("at least 4: half of them teach the second look")
    return int(text)


def _bench(parser: argparse.ArgumentParser) -> None:
    benches = parser.add_subparsers(dest="bench", required=True, metavar="BENCH")
    turn = benches.add_parser("turn", help="what our own code adds between end of speech and first audio")
    turn.add_argument("--turns", type=int, default=60)
    turn.add_argument("--pages", type=int, default=0, help="each turn also with so many pages of the live view open")
    turn.add_argument(
        "--engines",
        type=lambda text: text.split(","),
        metavar="whisper,piper,llm",
        help="with these, of the true sizes: what of a turn is theirs and what is ours (some minutes)",
    )
    _bench_stt(benches.add_parser("stt", help="commands heard rightly, wrongly and not, and what hearing them costs"))
    tts = benches.add_parser("tts", help="how soon Piper's voices are heard, beside plain piper-tts")
    tts.add_argument("--rounds", type=_count, default=5, metavar="N")
    llm = benches.add_parser("llm", help="how soon a language model's answer begins, and what its grammar costs")
    llm.add_argument("--rounds", type=_count, default=3, metavar="N")
    llm.add_argument("--threads", type=int, default=0, metavar="N", help="default: one per core, four at most")
    fit = benches.add_parser(
        "fit", help="which models this box can run: measures it, fetches nothing (a minute or two)"
    )
    fit.add_argument("--language", default="en", help="that is spoken here (default: en)")
    house = benches.add_parser("house", help="how fast a large house is read, and a sentence becomes a command in one")
    house.add_argument("--configurations", type=_count, default=5000, metavar="N")
    house.add_argument("--devices", type=_count, default=1000, metavar="N")
    house.add_argument("--sentences", type=_count, default=200, metavar="N")
    start = benches.add_parser("start", help="time to ready, memory and idle CPU of hub and satellite")
    start.add_argument("--idle-seconds", type=float, default=20.0)
    satellites = benches.add_parser("satellites", help="many rooms that stream to one hub")
    satellites.add_argument("--rooms", type=int, default=64)
    satellites.add_argument("--seconds", type=float, default=600.0)
    wake = benches.add_parser("wake", help="what hearing wake words costs, beside other engines")
    wake.add_argument("--recordings", type=Path, metavar="MANIFEST.tsv", help="recordings to listen to")
    wake.add_argument("--networks", type=Path, metavar="DIR", help="openWakeWord's networks and heads as files")
    wake.add_argument("--rounds", type=int, default=7)
    wake.add_argument("--accuracy", action="store_true", help="who is missed and what wakes falsely instead (minutes)")
    wake.add_argument("--clips", type=_clips, help="with --accuracy: at most so many of each word (default: all)")
    wake.add_argument("--det", type=Path, metavar="FILE.svg", help="with --accuracy: draw misses against false wakes")
    turn.add_argument("--house", type=Path, metavar="FILE.toml", help="default: the demo house")
    for bench in (turn, tts, llm, fit, house, start, wake, satellites):
        _json(bench)


def _bench_stt(stt: argparse.ArgumentParser) -> None:
    stt.add_argument("--recordings", type=Path, metavar="MANIFEST.tsv", help="recordings with transcripts")
    stt.add_argument("--language", default="en", help="of the commands; with another than en, name its --house")
    stt.add_argument("--house", type=Path, metavar="FILE.toml", help="default: demo-home.toml beside the recordings")
    stt.add_argument("--model", type=Path, metavar="FILE.onnx", help="a recogniser (default: the installed one)")
    stt.add_argument("--clips", type=_count, metavar="N", help="at most so many recordings of a kind (default: all)")
    stt.add_argument("--scenes", action="store_true", help="also in noise and across a room (minutes)")
    stt.add_argument("--errors", action="store_true", help="also which words and sounds are misheard")
    stt.add_argument(
        "--whisper", action="store_true", help="whisper.cpp instead: our use of it beside the package's own"
    )
    stt.add_argument("--threads", type=_count, default=2, metavar="N", help="with --whisper (default: 2)")
    stt.add_argument("--rounds", type=_count, default=5, metavar="N", help="with --whisper (default: 5)")
    stt.add_argument("--write", type=Path, metavar="DIR", help="write stt-accuracy.md and its picture there")
    _json(stt)
