#!/bin/sh
# Installs what the system lacks, then hands over to `python3 -m gisportal.deploy`.
#
# A bare Debian 12 has no Python, so this first step is POSIX sh. It asks apt only for packages that
# are missing; a second start spends some milliseconds here.
# Usage: gisportal/deploy/setup.sh COMMAND [ARGUMENT...]   (commands: see gisportal/deploy/__main__.py)
set -eu
umask 022
cd "$(dirname "$0")/../.."

say() { printf '▶ %s\n' "$*"; }
fail() {
    printf '✖ %s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

# Package needed unless the file or command named after it is there (another source may have brought it).
missing=''
need_file() { [ -e "$2" ] || missing="$missing $1"; }
need_command() { command -v "$2" >/dev/null 2>&1 || missing="$missing $1"; }

find_missing() {
    missing=''
    need_file ca-certificates /etc/ssl/certs/ca-certificates.crt
    need_file python3 /usr/bin/python3
    # venv needs ensurepip, which Debian keeps in a package of its own.
    if ! /usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null; then missing="$missing python3-venv"; fi
    # With a database of one's own only the client is needed.
    if [ -z "${DATABASE_URL:-}" ]; then
        need_file postgresql-15 /usr/lib/postgresql/15/bin/initdb
        need_file postgresql-15-postgis-3 /usr/lib/postgresql/15/lib/postgis-3.so
        need_file postgresql-15-postgis-3-scripts /usr/share/postgresql/15/extension/postgis.control
    fi
    need_command postgresql-client-15 psql
    need_command gdal-bin ogrinfo
    need_command gettext msgfmt
    need_command nodejs node
    # The npm of another source comes with its node and would conflict with Debian's.
    need_command npm npm
    # Papers (PDF): text layout and a font with every Japanese character.
    need_file libpango-1.0-0 /usr/lib/"$(uname -m)"-linux-gnu/libpango-1.0.so.0
    need_file libpangoft2-1.0-0 /usr/lib/"$(uname -m)"-linux-gnu/libpangoft2-1.0.so.0
    need_file fonts-noto-cjk /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
    if [ "$1" = test ]; then
        need_command chromium chromium
        # Reads the papers as another program does.
        need_command poppler-utils pdftotext
        # Runs the worked example of the page for developers.
        need_command curl curl
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Hundreds of lines, of interest only when something fails.
apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=400 -q "$@" \
        </dev/null >>"$log" 2>&1 || { tail -n 15 "$log" >&2; return 1; }
}

# Debian would create and start a cluster of its own on port 5432; the portal keeps one under var/.
without_default_cluster() {
    conf=/etc/postgresql-common/createcluster.conf
    case " $missing " in
    *' postgresql-15 '*) ;;
    *) "$@"; return ;;
    esac
    [ -e "$conf" ] || apt install -y --no-install-recommends postgresql-common || return 1
    as_root cp -p "$conf" "$conf.gisportal"
    as_root sed -i -E "s/^#?[[:space:]]*create_main_cluster.*/create_main_cluster = false/" "$conf"
    status=0
    "$@" || status=$?
    as_root mv "$conf.gisportal" "$conf"
    return $status
}

install_missing() {
    command="apt-get update && apt-get install --no-install-recommends$missing"
    command -v apt-get >/dev/null 2>&1 || fail \
        "必要なパッケージがありません:$missing / Missing packages:$missing" \
        "apt-get がありません。Debian 12 の同名のパッケージに当たるものを入れてください。 / No apt-get here: install the equivalents of these Debian 12 packages."
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
        fail "必要なパッケージがありません:$missing / Missing packages:$missing" \
            "root で実行してください / Run as root:  $command"
    fi
    log="${GISPORTAL_VAR:-var}/log/apt.log"
    mkdir -p "${log%/*}"
    say "システムパッケージを入れています(数分かかります):$missing / Installing system packages ($log)"
    apt update || fail \
        "apt-get update が失敗しました。ネットワークを確認してください。 / apt-get update failed; check the network."
    # shellcheck disable=SC2086
    without_default_cluster apt install -y --no-install-recommends $missing || fail \
        "パッケージを入れられませんでした:$missing / Packages could not be installed:$missing" \
        "root で実行してください / Run as root:  $command"
}

main() {
    find_missing "$1"
    if [ -n "$missing" ]; then
        install_missing
        find_missing "$1"
        [ -z "$missing" ] || fail "まだ足りません:$missing / Still missing after installation:$missing"
    fi
    /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail \
        "Python 3.11 以上が必要です / Python 3.11 or newer is needed: $(/usr/bin/python3 --version)"
    unset PYTHONDONTWRITEBYTECODE
    export PYTHONUTF8=1 PYTHONPYCACHEPREFIX="${GISPORTAL_VAR:-var}/cache/pycache"
    exec /usr/bin/python3 -m gisportal.deploy "$@"
}

main "${@:-run}"
