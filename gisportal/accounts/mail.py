"""Mail to people of the portal: written in the transaction that causes it, sent by the worker, never lost.

A mail holds no person's address or position, and no value of an entry that is not for its reader: words and links.
"""

import logging
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage

logger: Final = logging.getLogger(__name__)

#: The worker tries again after a lost connection; then the mail stands in the list of failed jobs.
ATTEMPTS: Final = 5


def send_mail(to: Sequence[str], subject: str, text: str) -> int:
    """Queues one mail for each address given (nobody sees the others'); returns how many. Empty addresses are left out.

    Queued in the running transaction: a mail of an act that is rolled back is never sent.
    """
    from gisportal.accounts.tasks import deliver_mail

    found = [address for address in dict.fromkeys(to) if address]
    for address in found:
        deliver_mail.defer(to=address, subject=_one_line(subject), text=text)
    return len(found)


def deliver(to: str, subject: str, text: str) -> None:
    """Sends one mail now. Raises what the mail server says."""
    name = " ".join(str(settings.MAIL_SENDER_NAME).split())
    sender = f"{name} <{settings.DEFAULT_FROM_EMAIL}>" if name else settings.DEFAULT_FROM_EMAIL
    EmailMessage(subject, text, sender, [to], headers={"Auto-Submitted": "auto-generated"}).send()


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:200]
