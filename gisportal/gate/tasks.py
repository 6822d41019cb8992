"""What the worker does for the gate."""

import time

from procrastinate.contrib.django import app

from gisportal.gate.models import Counter
from gisportal.gate.windows import DAY, MINUTE


@app.periodic(cron="7,22,37,52 * * * *")
@app.task(queue="upkeep", name="gate.purge_counters")
def purge_counters(timestamp: int) -> int:
    """Deletes windows that are over; ``timestamp``: when it was due."""
    now = int(time.time())
    minutes, _rows = Counter.objects.filter(seconds=MINUTE, started__lt=now - 3 * MINUTE).delete()
    days, _rows = Counter.objects.filter(seconds=DAY, started__lt=now - 2 * DAY).delete()
    return minutes + days
