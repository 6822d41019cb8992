"""Who may see and change what: the one statement of it (R21, design §2 and §4).

Every way out of the database starts from :func:`visible_q`; views, tiles, exports and protocols never
write a condition of their own. ``tests/access`` holds an independent statement of the same rule.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q


class Level(StrEnum):
    """Levels of R21; anonymous is whoever has not signed in."""

    ANONYMOUS = "anonymous"
    D = "d"
    C = "c"
    B = "b"
    A = "a"
    ADMINISTRATOR = "administrator"


class Audience(StrEnum):
    """Who a field is for. Each audience sees what the ones before it see."""

    PUBLIC = "public"
    MEMBERS = "members"
    STAFF = "staff"


class Act(StrEnum):
    """What one may do with a resource (R21, R28, R30, R49)."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    VACANCY = "vacancy"
    CONFIRM = "confirm"
    ATTACH = "attach"
    DELETE = "delete"
    RESTORE = "restore"
    MERGE = "merge"
    APPROVE = "approve"


#: What a viewer set to propose may not do himself (R49).
PROPOSED = frozenset({Act.CREATE, Act.UPDATE, Act.ATTACH, Act.DELETE, Act.RESTORE, Act.MERGE})

READS_ALL = frozenset({Level.B, Level.A, Level.ADMINISTRATOR})
EDITS_ALL = frozenset({Level.A, Level.ADMINISTRATOR})
EDITS_OWN = frozenset({Level.B, Level.C})
SERVED = frozenset({Level.C, *READS_ALL})

#: A condition no row meets; Django folds it into an empty result without asking the database.
NOTHING = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking. The default is the anonymous viewer of a city whose public site is off: it sees nothing.

    ``granted_ids``: resources a signed link opens; ``acts``: all it may do there (None: what the level allows);
    ``proposes``: changes are proposed, not made; ``name``: how history and audit call him; ``sources``: slugs of all
    it may use of what the level allows (None: everything), which ``layers.source`` alone asks (D8).
    """

    level: Level = Level.ANONYMOUS
    account_id: int | None = None
    organisation_ids: tuple[int, ...] = ()
    group_ids: tuple[int, ...] = ()
    is_city_staff: bool = False
    public_site: bool = False
    granted_ids: tuple[int, ...] = ()
    acts: frozenset[Act] | None = None
    proposes: bool = False
    name: str = ""
    sources: frozenset[str] | None = None

    @property
    def is_staff(self) -> bool:
        """Audience "staff": A and B of the city (a switch on the organisation) and the administrator."""
        return self.level is Level.ADMINISTRATOR or (self.is_city_staff and self.level in {Level.A, Level.B})

    def may_use(self, slug: str) -> bool:
        """Whether a source lies within what a token was limited to; what is in it is the level's matter."""
        return self.sources is None or slug in self.sources

    def as_public(self) -> "Viewer":
        """The public's eyes, through the same keyhole: for answers that everybody may share."""
        return Viewer(public_site=self.public_site, sources=self.sources)

    @property
    def reads_all(self) -> bool:
        """Reads every publication state but the trash."""
        return self.level in READS_ALL

    @property
    def is_served(self) -> bool:
        """May use districts and geocoding: A–C and administrator; everyone while the public site is on."""
        return self.level in SERVED or self.public_site

    @property
    def audience(self) -> Audience:
        """The audience this viewer belongs to for every row he sees; level C is a member for its own rows only."""
        if self.is_staff:
            return Audience.STAFF
        return Audience.MEMBERS if self.reads_all else Audience.PUBLIC

    @property
    def scope_key(self) -> str:
        """Whose answers may be shared: ``none``, ``public``, ``members``, ``staff`` or ``own:<account>``.

        Two viewers of one scope see the same rows and the same fields. Level C is read by a list of ids
        and never cached in common.
        """
        if self.reads_all:
            return str(self.audience)
        if self.level is Level.C:
            return f"own:{self.account_id}"
        return "public" if self.public_site else "none"


#: The viewer of the request being answered, for code that cannot be handed one (the protocol layer).
current_viewer: ContextVar[Viewer] = ContextVar("current_viewer", default=Viewer())  # noqa: B039


def responsible_q(viewer: Viewer) -> Q:
    """Resources the viewer, or an organisation of his, is responsible for (R29)."""
    from layers.models import Responsibility

    granted = Q(pk__in=viewer.granted_ids) if viewer.granted_ids else NOTHING
    if viewer.account_id is None:
        return granted
    wanted = Q(account_id=viewer.account_id)
    if viewer.organisation_ids:
        wanted |= Q(organisation_id__in=viewer.organisation_ids)
    own = Q(pk__in=Responsibility.unscoped.filter(wanted).values("resource_id"))
    return own if granted is NOTHING else own | granted


def visible_q(viewer: Viewer | None) -> Q:
    """The rows of 地域資源 a viewer may see. No viewer means the anonymous viewer, never "no filter"."""
    viewer = viewer or Viewer()
    kept = Q(deleted_at__isnull=True)
    if viewer.reads_all:
        return kept
    rows = NOTHING
    if viewer.level is Level.C:
        rows = responsible_q(viewer)
    if viewer.public_site:
        published = Q(publication="public")
        rows = published if rows is NOTHING else rows | published
    return rows if rows is NOTHING else kept & rows


def editable_q(viewer: Viewer | None) -> Q:
    """The rows a viewer may edit and delete: A and administrator all, B and C those they are responsible for."""
    viewer = viewer or Viewer()
    if viewer.level in EDITS_ALL:
        return Q(deleted_at__isnull=True)
    if viewer.level in EDITS_OWN:
        return Q(deleted_at__isnull=True) & responsible_q(viewer)
    return NOTHING


def acting_q(viewer: Viewer | None, act: Act) -> Q:
    """The rows on which a viewer may do an act: with :func:`may_create` the one statement of it.

    Room for guests is also entered by every A and B, after a call (R30). What lies in the trash is restored by
    whoever might have put it there. Only A and the administrator merge, and approve what others propose.
    """
    viewer = viewer or Viewer()
    if (viewer.acts is not None and act not in viewer.acts) or (viewer.proposes and act in PROPOSED):
        return NOTHING
    match act:
        case Act.READ:
            return visible_q(viewer)
        case Act.CREATE:
            return NOTHING
        case Act.VACANCY if viewer.reads_all:
            return Q(deleted_at__isnull=True)
        case Act.RESTORE if viewer.level in EDITS_ALL:
            return Q(deleted_at__isnull=False)
        case Act.RESTORE if viewer.level in EDITS_OWN:
            return Q(deleted_at__isnull=False) & responsible_q(viewer)
        case Act.RESTORE:
            return NOTHING
        case Act.MERGE | Act.APPROVE:
            return Q(deleted_at__isnull=True) if viewer.level in EDITS_ALL else NOTHING
        case _:
            return editable_q(viewer)


def may_create(viewer: Viewer | None) -> bool:
    """Whether a viewer may register entries (R28); what B or C registers becomes its own."""
    viewer = viewer or Viewer()
    return viewer.level in EDITS_ALL | EDITS_OWN and viewer.acts is None and not viewer.proposes


def may_propose(viewer: Viewer | None) -> bool:
    """Whether a viewer may propose new entries and changes, or report a mistake (R49): whoever has signed in."""
    viewer = viewer or Viewer()
    return viewer.account_id is not None and viewer.acts is None


def past_q(viewer: Viewer | None) -> Q:
    """Rows of the past a viewer may see: today's rights apply to yesterday's data.

    The state must have been visible then, and the entry must be visible today. A and administrator, who restore
    from the trash, also see what lies there today.
    """
    viewer = viewer or Viewer()
    then = visible_q(viewer)
    if viewer.level in EDITS_ALL or then is NOTHING:
        return then
    from layers.models import Resource

    return then & Q(pk__in=Resource.unscoped.filter(visible_q(viewer)).values("pk"))


def members_rows_q(viewer: Viewer | None) -> Q | None:
    """Rows for which the viewer is a member. ``None``: all of them, so that nothing need be masked.

    Level C is a member for its own rows; of what the public site shows it sees what the public sees.
    """
    viewer = viewer or Viewer()
    if viewer.reads_all:
        return None
    return responsible_q(viewer) if viewer.level is Level.C else NOTHING


def audiences(viewer: Viewer | None) -> frozenset[Audience]:
    """Audiences whose fields the viewer sees on at least some rows; see :func:`members_rows_q` for which."""
    viewer = viewer or Viewer()
    if viewer.is_staff:
        return frozenset(Audience)
    if viewer.reads_all or viewer.level is Level.C:
        return frozenset({Audience.PUBLIC, Audience.MEMBERS})
    return frozenset({Audience.PUBLIC})


def visible_media_q(viewer: Viewer | None, *, needs_consent: bool) -> Q:
    """Photos and attachments a viewer may see: rows with ``resource``, ``audience`` and ``removed_at``.

    The resource must be visible, and the audience the viewer's on that row. ``needs_consent``: what lacks the
    consent of those shown (``has_consent``) is for members, whatever its audience.
    """
    from layers.models import Resource

    viewer = viewer or Viewer()
    rows = visible_q(viewer)
    if rows is NOTHING:
        return NOTHING
    kept = Q(removed_at__isnull=True, resource__in=Resource.unscoped.filter(rows))
    if viewer.is_staff:
        return kept
    shown = Q(audience=Audience.PUBLIC)
    if needs_consent:
        shown &= Q(has_consent=True)
    of_members = Q(audience__in=[Audience.PUBLIC, Audience.MEMBERS])
    members = members_rows_q(viewer)
    if members is None:
        return kept & of_members
    if members is NOTHING:
        return kept & shown
    return kept & (shown | of_members & Q(resource__in=Resource.unscoped.filter(members)))


def visible_layers_q(viewer: Viewer | None) -> Q:
    """Uploaded layers (``StoredLayer``) a viewer may see, out of the trash and with something to show.

    Public ones: A–C and administrator, everyone while the public site is on (as districts). Members' ones: those who
    read all (A, B, administrator): level C is a member for its own entries only, and a layer is nobody's entry.
    Staff's ones: staff of the city.
    """
    viewer = viewer or Viewer()
    if not viewer.is_served:
        return NOTHING
    seen = {
        Audience.STAFF: [Audience.PUBLIC, Audience.MEMBERS, Audience.STAFF],
        Audience.MEMBERS: [Audience.PUBLIC, Audience.MEMBERS],
        Audience.PUBLIC: [Audience.PUBLIC],
    }[viewer.audience]
    return Q(deleted_at__isnull=True, current__isnull=False, audience__in=[str(item) for item in seen])


def may_keep_layers(viewer: Viewer | None) -> bool:
    """Whether a viewer may put in, change and remove uploaded layers: A of the city's staff and the administrator."""
    viewer = viewer or Viewer()
    return viewer.level in EDITS_ALL and viewer.is_staff and viewer.acts is None and not viewer.proposes


def acting_layers_q(viewer: Viewer | None, act: Act) -> Q:
    """Uploaded layers on which a viewer may do an act; keepers also see those that show nothing yet."""
    if act is Act.READ:
        kept = Q(deleted_at__isnull=True) if may_keep_layers(viewer) else NOTHING
        seen = visible_layers_q(viewer)
        return kept if seen is NOTHING or kept is not NOTHING else seen
    if not may_keep_layers(viewer):
        return NOTHING
    return Q(deleted_at__isnull=act is not Act.RESTORE)
