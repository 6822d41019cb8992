"""What the worker does for accounts."""

from procrastinate.contrib.django import app

from gisportal.accounts.places import purge_places


@app.periodic(cron="*/15 * * * *")
@app.task(queue="upkeep", name="accounts.purge_places")
def purge_expired_places(timestamp: int) -> int:
    """Deletes persons' points whose time is over; ``timestamp``: when it was due."""
    return purge_places()
