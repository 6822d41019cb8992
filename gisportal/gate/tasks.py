"""What the worker does for the gate."""

import time
from datetime import timedelta
from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from gisportal.gate.models import Counter, Usage
from gisportal.gate.windows import DAY, MINUTE

#: Two years and a little, so that a year can be set beside the one before.
USAGE_KEPT: Final = timedelta(days=800)


@app.periodic(cron="7,22,37,52 * * * *")
@app.task(queue="upkeep", name="gate.purge_counters")
def purge_counters(timestamp: int) -> int:
    """Deletes windows that are over, and usage older than two years; ``timestamp``: when it was due."""
    now = int(time.time())
    minutes, _rows = Counter.objects.filter(seconds=MINUTE, started__lt=now - 3 * MINUTE).delete()
    Usage.objects.filter(day__lt=timezone.localdate() - USAGE_KEPT).delete()
    days, _rows = Counter.objects.filter(seconds=DAY, started__lt=now - 2 * DAY).delete()
    return minutes + days
