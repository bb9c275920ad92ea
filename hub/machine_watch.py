"""How busy and warm the box is, looked at every ten seconds; what the charts and /metrics show."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from hub.machine import MachineMeter, Sample
from hub.store.machine import SampleStore

_log = logging.getLogger(__name__)

SAMPLE_SECONDS = 10.0
_KEPT_SAMPLES = 360  # in memory: an hour
_STORED_EVERY = 30  # samples: five minutes


class MachineWatch:
    """How busy and warm the box is: of the last hour in memory, of the last month in the store.

    store: None without a disk. meter: made and asked in a thread.
    """

    def __init__(self, store: SampleStore | None, meter: Callable[[], MachineMeter] = MachineMeter) -> None:
        self._store, self._meter = store, meter
        self._samples: deque[Sample] = deque(maxlen=_KEPT_SAMPLES)

    @property
    def samples(self) -> Sequence[Sample]:
        """Oldest first."""
        return tuple(self._samples)

    @property
    def latest(self) -> Sample | None:
        return self._samples[-1] if self._samples else None

    async def run(self) -> None:
        """For as long as the hub runs."""
        meter = await asyncio.to_thread(self._meter)
        count = 0
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            try:
                sample = await asyncio.to_thread(meter.sample)
            except OSError as error:
                _log.warning("this machine does not tell how busy it is: %s", error)
                continue
            self._samples.append(sample)
            if self._store and count % _STORED_EVERY == 0:
                self._store.add(sample)
            count += 1
