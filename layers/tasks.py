"""What the worker does for layers."""

from procrastinate.contrib.django import app

from layers.indexes import refresh_grams


@app.periodic(cron="17 * * * *")
@app.task(queue="upkeep", name="layers.refresh_grams")
def refresh_search_grams(timestamp: int) -> int:
    """Samples the search text anew, which decides how words are looked up; ``timestamp``: when it was due."""
    return refresh_grams()
