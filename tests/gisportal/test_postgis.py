"""The health check of persistent connections: silent while the server is there, right when it is gone."""

import psycopg
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext


@pytest.mark.django_db(transaction=True)
def test_a_live_connection_is_used_again_without_asking() -> None:
    connection = connections["default"]
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
    assert not asked.captured_queries


@pytest.mark.django_db(transaction=True)
def test_a_connection_the_server_closed_is_found_out() -> None:
    connection = connections["default"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 2000)", [pid])
    finally:
        other.close()
    assert not connection.is_usable()
    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()
    assert isinstance(connection.connection, psycopg.Connection)
