"""Counts of what happened since the start, in Prometheus' text form for whoever watches the box from outside."""

from __future__ import annotations

from collections import Counter

from hub.health import Health
from hub.machine import Sample
from hub.trace import Trace

# Milliseconds from the end of speech. The goals on a Pi 5 are 500 (known command) and 2000 (LLM): both are bounds.
BUCKETS_MS = (50, 100, 200, 350, 500, 750, 1000, 1500, 2000, 3000, 5000, 10_000)
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Histogram:
    """Cumulative counts under fixed bounds, as Prometheus wants them."""

    def __init__(self, bounds: tuple[int, ...] = BUCKETS_MS) -> None:
        self._bounds = bounds
        self._under = [0] * len(bounds)
        self._count = 0
        self._sum = 0.0

    def add(self, value: float) -> None:
        self._count += 1
        self._sum += value
        for index, bound in enumerate(self._bounds):
            self._under[index] += value <= bound

    def lines(self, name: str, help_text: str) -> list[str]:
        bounds = [f'{name}_bucket{{le="{b}"}} {n}' for b, n in zip(self._bounds, self._under, strict=True)]
        return [
            f"# HELP {name} {help_text}",
            f"# TYPE {name} histogram",
            *bounds,
            f'{name}_bucket{{le="+Inf"}} {self._count}',
            f"{name}_sum {self._sum:g}",
            f"{name}_count {self._count}",
        ]


class Metrics:
    """Counts finished turns and actions; nothing in it names a person, a room or a word."""

    def __init__(self) -> None:
        self._turns: Counter[str] = Counter()
        self._actions: Counter[str] = Counter()
        self._first_audio = Histogram()

    def count(self, trace: Trace) -> None:
        """Count one finished turn."""
        self._turns["failed" if trace.error else trace.understood.by] += 1
        self._actions.update(action.outcome for action in trace.actions)
        if (first_audio_ms := trace.timings_ms.get("first_audio")) is not None:
            self._first_audio.add(first_audio_ms)

    def exposition(self, health: Health, machine: Sample | None = None) -> str:
        """Everything in Prometheus' text form, ending in a newline. machine: as it was last looked at."""
        lines = [
            "# HELP earshot_ready 1 if a command spoken now can be carried out.",
            "# TYPE earshot_ready gauge",
            f"earshot_ready {int(health.ready)}",
            "# HELP earshot_component_ok 1 if this part of the hub is well.",
            "# TYPE earshot_component_ok gauge",
            *(f'earshot_component_ok{{component="{c.name}"}} {int(c.state == "ok")}' for c in health.components),
            *_counter("earshot_turns_total", "understood", "Turns, by who understood them.", self._turns),
            *_counter("earshot_actions_total", "outcome", "Commands to devices, by outcome.", self._actions),
            *self._first_audio.lines(
                "earshot_first_audio_milliseconds", "From the end of speech to the first sound of the reply."
            ),
            *(_machine(machine) if machine else ()),
        ]
        return "\n".join(lines) + "\n"


def _machine(sample: Sample) -> list[str]:
    gauges = [
        ("earshot_machine_cpu_percent", "Of all cores of this machine, busy.", sample.cpu_percent),
        ("earshot_machine_memory_percent", "Of this machine's memory, in use.", sample.memory_percent),
        ("earshot_machine_temperature_celsius", "Of the processor.", sample.temperature_c),
        ("earshot_hub_cpu_percent", "Of all cores, by the hub and its engines.", sample.hub_cpu_percent),
        ("earshot_hub_memory_bytes", "Resident memory of the hub and its engines.", sample.hub_memory_mb * 1e6),
    ]
    return [
        line
        for name, told, value in gauges
        if value is not None
        for line in (f"# HELP {name} {told}", f"# TYPE {name} gauge", f"{name} {value:.10g}")
    ]


def _counter(name: str, label: str, help_text: str, counts: Counter[str]) -> list[str]:
    values = [f'{name}{{{label}="{key}"}} {count}' for key, count in sorted(counts.items())]
    return [f"# HELP {name} {help_text}", f"# TYPE {name} counter", *values]
