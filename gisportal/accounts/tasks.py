"""What the worker does for accounts."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from gisportal.accounts.mail import ATTEMPTS, deliver
from gisportal.accounts.models import AccessSetting
from gisportal.accounts.places import purge_places
from tiles.seeding import seed


@app.periodic(cron="*/15 * * * *")
@app.task(queue="upkeep", name="accounts.purge_places")
def purge_expired_places(timestamp: int) -> int:
    """Deletes persons' points whose time is over; ``timestamp``: when it was due."""
    return purge_places()


@app.periodic(cron="* * * * *")
@app.task(queue="upkeep", name="accounts.seed_tiles", queueing_lock="seed_tiles")
def seed_tiles(timestamp: int) -> int:
    """Fills the tile cache ahead while the public site is on; ``timestamp``: when it was due."""
    return seed().built if AccessSetting.public_site_is_on() else 0


@app.task(
    queue="mail",
    name="accounts.deliver_mail",
    retry=RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=6),
)
def deliver_mail(to: str, subject: str, text: str) -> None:
    """Sends one mail; a lost connection to the mail server is tried again after 6, 36, 216 … seconds."""
    deliver(to, subject, text)
