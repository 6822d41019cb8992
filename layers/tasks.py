"""What the worker does for layers."""

from procrastinate.contrib.django import app

from layers import memberships
from layers.indexes import refresh_grams
from layers.media import upkeep
from layers.sessions.dates import refresh_all
from layers.stored import loading, uploads
from layers.stored import services as stored


@app.periodic(cron="17 * * * *")
@app.task(queue="upkeep", name="layers.refresh_grams")
def refresh_search_grams(timestamp: int) -> int:
    """Samples the search text anew, which decides how words are looked up; ``timestamp``: when it was due."""
    return refresh_grams()


@app.periodic(cron="41 3 * * *")
@app.task(queue="upkeep", name="layers.tidy_media")
def tidy_media(timestamp: int) -> int:
    """Empties the trash of photos and files, and sweeps up lost ones; ``timestamp``: when it was due."""
    return upkeep.tidy()


@app.periodic(cron="7 0 * * *")
@app.task(queue="upkeep", name="layers.refresh_session_dates")
def refresh_session_dates(timestamp: int) -> int:
    """Carries the dates of meetings on for another day; ``timestamp``: when it was due."""
    return refresh_all()


@app.task(queue="upkeep", name="layers.refresh_memberships")
def refresh_memberships(run_id: int) -> None:
    """Districts of all resources anew, for a while at a time so that other work is not kept waiting."""
    if not memberships.advance(run_id):
        refresh_memberships.defer(run_id=run_id)


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", name="layers.resume_memberships")
def resume_memberships(timestamp: int) -> int:
    """Takes up what a lost worker left behind; ``timestamp``: when it was due."""
    found = memberships.forsaken_runs()
    for run_id in found:
        refresh_memberships.defer(run_id=run_id)
    return len(found)


@app.task(queue="layers", name="layers.load_layer")
def load_layer(upload_id: int) -> bool:
    """Loads a confirmed file as an edition of its layer; whether it is shown now."""
    return loading.load(upload_id)


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", name="layers.resume_layers")
def resume_layers(timestamp: int) -> int:
    """Takes up files a lost worker left behind; ``timestamp``: when it was due."""
    found = uploads.forsaken()
    for upload_id in found:
        load_layer.defer(upload_id=upload_id)
    return len(found)


@app.periodic(cron="23 3 * * *")
@app.task(queue="upkeep", name="layers.tidy_layers")
def tidy_layers(timestamp: int) -> int:
    """Forgets old editions, the trash of layers and unsettled files; ``timestamp``: when it was due."""
    return stored.tidy()
