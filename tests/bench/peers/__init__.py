"""Other map servers on the same PostGIS, started for the benchmark only (issue 4, Must show 6).

``make bench BENCH="peers"`` puts them under ``var/bench/peers``: tipg and stock pygeoapi as locked Python environments of
their own; MapServer (behind nginx by FastCGI) is Debian's. What is not there is left out of the table, and said so.
"""
