"""The web role may do its work and nothing else, tried with a real role."""

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.utils import InternalError

from gisportal.accounts.grants import grant_after_migrate, grant_web_role
from gisportal.accounts.models import AccessSetting
from gisportal.audit.services import record

ROLE = 'portal web "test"'
QUOTED = '"portal web ""test"""'


@pytest.fixture
def role(db):
    """A role with an awkward name; the test's transaction takes it back."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {QUOTED} NOLOGIN")
    return ROLE


def as_role(statement):
    """Runs one statement as the web role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {QUOTED}")
        cursor.execute(statement)
        rows = cursor.fetchall() if cursor.description else []
        cursor.execute("RESET ROLE")
        return rows


def refused(statement):
    with pytest.raises((ProgrammingError, InternalError), match=r"permission denied|must be owner"):
        as_role(statement)
    return True


def test_without_grants_the_role_reads_nothing(role):
    assert refused("SELECT * FROM layers_resource")


def test_role_reads_and_writes(role):
    grant_web_role(role, connection)
    as_role(
        "INSERT INTO accounts_accesssetting (id, public_site, level_c_proposes, changed_at)"
        " VALUES (1, true, false, now())"
    )
    assert as_role("SELECT public_site FROM accounts_accesssetting") == [(True,)]
    as_role("UPDATE accounts_accesssetting SET public_site = false")
    as_role("DELETE FROM accounts_accesssetting")
    assert not AccessSetting.objects.exists()
    as_role(
        "INSERT INTO layers_organisation (name, reading, corporate_number, phone, url, is_city) "
        "VALUES ('法人', '', '', '', '', false)"
    )
    assert as_role("SELECT layers_normalise('ア')") == [("あ",)] or as_role("SELECT layers_normalise('ア')")


def test_role_adds_to_the_record_and_never_changes_it(role):
    record(None, "tried")
    grant_web_role(role, connection)
    as_role(
        "INSERT INTO audit_auditentry (at, account_name, action, target_type, target_id, summary) "
        "VALUES (now(), '', 'added', '', '', '{}')"
    )
    assert as_role("SELECT count(*) FROM audit_auditentry") == [(2,)]
    assert refused("UPDATE audit_auditentry SET action = 'x'")
    assert refused("DELETE FROM audit_auditentry")
    assert refused("TRUNCATE audit_auditentry")


def test_role_owns_nothing(role):
    grant_web_role(role, connection)
    assert refused("DROP TABLE layers_resource")
    assert refused("ALTER TABLE audit_auditentry DISABLE TRIGGER ALL")
    assert refused("TRUNCATE layers_resource")


def test_what_comes_later_is_granted_too(role):
    grant_web_role(role, connection)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id bigserial PRIMARY KEY)")
    as_role("INSERT INTO later DEFAULT VALUES")
    assert as_role("SELECT id FROM later") == [(1,)]


def test_granting_twice_is_granting_once(role):
    grant_web_role(role, connection)
    grant_web_role(role, connection)
    assert refused("DELETE FROM audit_auditentry")


def test_nothing_happens_without_a_web_role(role, settings):
    settings.WEB_ROLE = ""
    grant_after_migrate(sender=None)
    assert refused("SELECT * FROM layers_resource")
    settings.WEB_ROLE = ROLE
    grant_after_migrate(sender=None)
    assert as_role("SELECT count(*) FROM layers_resource") == [(0,)]
