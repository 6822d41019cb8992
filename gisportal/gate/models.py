"""What the gate keeps: requests in the windows of the limits, and what each client used by day (D8, I5)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Counter(models.Model):
    """Requests of one client in one window, of all processes together; gone when the window is over.

    ``client``: ``t:<token>``, ``u:<account>`` or ``a:<keyed hash of an address>``; ``started``: seconds since 1970.
    """

    client = models.CharField(max_length=64)
    seconds = models.PositiveIntegerField()
    started = models.BigIntegerField()
    number = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="gate_counter_is_one_window", fields=["client", "seconds", "started"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.seconds}"


class Usage(models.Model):
    """What a client asked of one kind of door on one day: sums only, no addresses, words or places.

    A token is a client of its own. People in a browser are summed up, those signed in (``people``) apart from the
    others (``anonymous``): who of them moved the map how often is nobody's business.
    """

    KINDS = [("token", _("Token")), ("people", _("People signed in")), ("anonymous", _("Without sign-in"))]

    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=9, choices=KINDS)
    #: 0 where there is none. No foreign key: sums outlive a token, and are written in batches after it is gone.
    token_id = models.BigIntegerField(_("token"), default=0)
    door = models.CharField(_("door"), max_length=10)
    requests = models.BigIntegerField(_("requests"), default=0)
    bytes = models.BigIntegerField(_("bytes"), default=0)
    errors = models.BigIntegerField(_("errors"), default=0)
    failures = models.BigIntegerField(_("failures of the server"), default=0)
    limited = models.BigIntegerField(_("refused by a limit"), default=0)

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        constraints = [
            models.UniqueConstraint(name="gate_usage_is_one_row", fields=["day", "kind", "token_id", "door"]),
            models.CheckConstraint(
                name="gate_usage_kind_is_known",
                condition=models.Q(kind__in=["token", "people", "anonymous"]),
            ),
        ]
        indexes = [models.Index(fields=["token_id", "day"], name="gate_usage_of_token")]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.door}"
