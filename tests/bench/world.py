"""What every case needs: the database, the running portal, a token of a staff member of level A."""

from dataclasses import dataclass

from layers.access import Level, Viewer

NAME = "bench-level-a"


@dataclass(frozen=True)
class World:
    """One generated city. ``url``: its database, with the portal's session settings; ``port``, ``token``: the portal in front of it."""

    url: str
    size: str
    port: int
    token: str
    is_quick: bool

    @property
    def headers(self) -> dict[str, str]:
        """What a client with a token sends."""
        return {"Authorization": f"Bearer {self.token}", "Accept": "*/*"}

    @property
    def viewer(self) -> Viewer:
        """The viewer that token stands for."""
        return Viewer(level=Level.A, is_city_staff=True)

    def rounds(self, full: int) -> int:
        """Rounds to measure; a quick run only shows that everything works."""
        return min(full, 3) if self.is_quick else full

    def seconds(self, full: float) -> float:
        """Seconds of load in one round."""
        return 0.3 if self.is_quick else full


def make_token() -> str:
    """A token of an account of level A in the city's own organisation."""
    from gisportal.accounts.models import Account
    from gisportal.accounts.tokens import create_token
    from layers.models import Organisation

    city, _made = Organisation.unscoped.get_or_create(name="bench", defaults={"is_city": True})
    account = Account.objects.filter(username=NAME).first()
    if account is None:
        account = Account.objects.create_user(NAME, level=Level.A.value, organisation=city)
    return create_token(account, name="bench")
