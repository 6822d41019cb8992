"""Mail is queued with the act that causes it and sent by the worker."""

import pytest
from django.core import mail
from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from gisportal.accounts.mail import deliver, send_mail

pytestmark = pytest.mark.django_db


def queued() -> list[dict[str, str]]:
    rows = ProcrastinateJob.objects.filter(task_name="accounts.deliver_mail").order_by("id")
    return list(rows.values_list("args", flat=True))


def test_each_reader_gets_a_mail_of_his_own():
    assert (
        send_mail(["a@example.jp", "", "b@example.jp", "a@example.jp"], "件名\nBcc: x@example.jp", "本文")
        == 2
    )
    assert queued() == [
        {"to": to, "subject": "件名 Bcc: x@example.jp", "text": "本文"}
        for to in ("a@example.jp", "b@example.jp")
    ]


def test_mail_of_an_act_that_failed_is_never_sent():
    with pytest.raises(RuntimeError), transaction.atomic():
        send_mail(["a@example.jp"], "件名", "本文")
        raise RuntimeError
    assert queued() == []


def test_delivered_mail_says_who_sends_it(settings):
    settings.MAIL_SENDER_NAME = "高松市 地域資源"
    deliver("a@example.jp", "件名", "本文")
    (message,) = mail.outbox
    assert message.to == ["a@example.jp"] and message.body == "本文"
    assert message.from_email == "高松市 地域資源 <portal@localhost>"
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
