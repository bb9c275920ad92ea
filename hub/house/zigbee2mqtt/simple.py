"""Switches, locks and scenes of zigbee2mqtt."""

from __future__ import annotations

from hub.house.dialect import DialectBuilder, Options, Outgoing
from hub.house.errors import DiscoveryInvalid
from hub.house.json_messages import JsonDialect, among
from hub.house.naming import slug
from hub.house.zigbee2mqtt.documents import Expose, Found, Node, Scene, endpoint_label, object_id


def switch(expose: Expose, node: Node) -> Found:
    state = required(expose, "state")
    dialect = JsonDialect(node.topic, f"{node.topic}/set")
    dialect.reads("state", state.key, among({state.value_off: "off", state.value_on: "on"}))
    dialect.writes("state", state.key, lambda wanted: state.value_on if wanted == "on" else state.value_off)
    if not state.key.startswith("state"):  # window_detection, away_mode: a setting, not what people switch
        return Found("switch", state.key, dialect.build(), state.label or state.key, exposed=False)
    return Found("switch", object_id("switch", expose), dialect.build(), endpoint_label(expose))


def lock(expose: Expose, node: Node) -> Found:
    state = required(expose, "state")
    dialect = JsonDialect(node.topic, f"{node.topic}/set")
    dialect.reads("state", state.key, among({state.value_off: "unlocked", state.value_on: "locked"}))
    dialect.writes("state", state.key, lambda wanted: state.value_on if wanted == "locked" else state.value_off)
    if not state.key.startswith("state"):  # child_lock, keypad_lockout
        return Found("lock", state.key, dialect.build(), state.label or state.key, exposed=False)
    return Found("lock", object_id("lock", expose), dialect.build(), endpoint_label(expose))


def scene(scene: Scene, node: Node) -> Found:
    builder = DialectBuilder(Options({}))
    recall = Outgoing(f"{node.topic}/set", f'{{"scene_recall": {scene.id}}}', 1, retain=False)
    builder.writer("press", lambda _: [recall])
    name = scene.name or str(scene.id)
    return Found("scene", f"scene_{scene.id}_{slug(name)}".rstrip("_"), builder.build(), name)


def required(expose: Expose, *names: str) -> Expose:
    """Raises DiscoveryInvalid."""
    feature = expose.feature(*names)
    if feature is None or not feature.key:
        raise DiscoveryInvalid(f"{expose.type} has no {' or '.join(names)}")
    return feature
