"""The one settings file: typed values from the environment, checked by system checks (``gisportal.checks``).

Every value a city may set is read here and listed in ``gisportal/docs/settings.md``.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import SELF
from django.utils.translation import gettext_lazy as _

from gisportal.deploy.gdal import library_paths

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("GISPORTAL_VAR") or BASE_DIR / "var").resolve()


def env_bool(name: str, default: bool = False) -> bool:
    """A yes/no value from the environment; anything but 1/true/yes/on is no."""
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def env_int(name: str, default: int) -> int:
    """A whole number from the environment."""
    return int(os.environ.get(name) or default)


def env_list(name: str, default: str = "") -> list[str]:
    """A comma separated list from the environment."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def database_from_url(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a libpq URL; ``?host=`` may name a socket folder."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "gisportal.postgis",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or query.pop("user", "")),
        "PASSWORD": unquote(parts.password or query.pop("password", "")),
        "HOST": query.pop("host", None) or parts.hostname or "",
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": env_int("GISPORTAL_DB_CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
        # Generic plans turned a 1.2 ms statement into 11-19 ms at 1M rows; jit costs more than it saves here.
        # Starting a parallel worker made a tile of 3 ms one of 20 ms: only what reads most of a large table may.
        "OPTIONS": {
            "options": "-c jit=off -c plan_cache_mode=force_custom_plan -c parallel_setup_cost=50000 -c TimeZone=UTC",
            "connect_timeout": 10,
            **query,
        },
    }


def secret_key() -> str:
    """The secret from the environment, else from a generated file under ``var/`` (mode 0600)."""
    if value := os.environ.get("GISPORTAL_SECRET_KEY"):
        return value
    path = VAR_DIR / "secret-key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(64))
    return path.read_text().strip()


DEBUG = env_bool("GISPORTAL_DEBUG")
SECRET_KEY = secret_key()
ALLOWED_HOSTS = env_list("GISPORTAL_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("GISPORTAL_TRUSTED_ORIGINS")
DEMO = env_bool("GISPORTAL_DEMO")
CITY = os.environ.get("CITY", "takamatsu")
# Municipality code with check digit: the plane rectangular zone OGC API offers, the city of addresses without one.
LG_CODE = os.environ.get("GISPORTAL_LG_CODE") or {"takamatsu": "372013", "iwaki": "072044"}.get(CITY, "")

GDAL_LIBRARY_PATH, GEOS_LIBRARY_PATH = library_paths()

GISPORTAL_MODULES = env_list(
    "GISPORTAL_MODULES",
    "comments,consentforms,datasets,developers,freshness,history,proposals,resourcenews,sessions,surveys,vacancy",
)

INSTALLED_APPS = [
    "gisportal.accounts",
    "gisportal.audit",
    "gisportal.gate",
    "gisportal.papers",
    "gisportal.portal",
    "gisportal.planning",
    "gisportal.ogc",
    *[f"gisportal.modules.{name}" for name in GISPORTAL_MODULES],
    "layers",
    "tiles",
    "styles",
    "gisportal.accounts.admin_site.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.gis",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "leaflet",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gisportal.gate.middleware.GateMiddleware",
    "gisportal.problems.ProblemMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gisportal.portal.language.LanguageMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "gisportal.accounts.middleware.ViewerMiddleware",
    "gisportal.gate.limits.LimitMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gisportal.urls"
WSGI_APPLICATION = "gisportal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "gisportal.portal.context.site",
            ],
        },
    },
]

DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", "postgresql:///gisportal"))}
WEB_ROLE = os.environ.get("GISPORTAL_WEB_ROLE", "")

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "portal"},
}

# Accounts (R18, R21): nobody signs up by himself.
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "gisportal.accounts.backends.AccountBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "gisportal.accounts.adapter.ClosedSignupAdapter"
ACCOUNT_FORMS = {
    "login": "gisportal.accounts.forms.SignInForm",
    "change_password": "gisportal.accounts.forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # axes counts failures, per account and address
ACCOUNT_SESSION_REMEMBER = False  # the cookie ends with the browser: consultation rooms share computers
# Idle time of a sign-in, its longest time however busy, and how many one account may have at once.
SESSION_COOKIE_AGE = env_int("GISPORTAL_SESSION_HOURS", 8) * 3600
SESSION_ABSOLUTE_AGE = env_int("GISPORTAL_SESSION_MAX_HOURS", 12) * 3600
SESSIONS_PER_ACCOUNT = env_int("GISPORTAL_SESSIONS_PER_ACCOUNT", 5)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
AXES_FAILURE_LIMIT = env_int("GISPORTAL_LOGIN_FAILURES", 5)
AXES_COOLOFF_TIME = env_int("GISPORTAL_LOCKOUT_MINUTES", 15) / 60
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True  # gisportal.audit keeps the record, without addresses
AXES_CLIENT_IP_CALLABLE = "gisportal.accounts.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "gisportal.accounts.lockout.locked_out"
AXES_USERNAME_CALLABLE = "gisportal.accounts.lockout.attempted_name"
PLACE_TOKEN_HOURS = env_int("GISPORTAL_PLACE_HOURS", 8)

# Limits of clients at the doors for programs (D8): requests a minute and a day by token, by account signed in without
# one, and by network address. 0 is no limit. A token may have limits of its own. In the demo, which is there to be
# tried out and measured, a hundred times as much.
_GENEROUS = 100 if DEMO else 1
RATE_TOKEN = env_int("GISPORTAL_RATE_TOKEN", 6_000 * _GENEROUS)
RATE_ACCOUNT = env_int("GISPORTAL_RATE_ACCOUNT", 12_000 * _GENEROUS)
RATE_ADDRESS = env_int("GISPORTAL_RATE_ADDRESS", 6_000 * _GENEROUS)
QUOTA_TOKEN = env_int("GISPORTAL_QUOTA_TOKEN", 1_000_000 * _GENEROUS)
QUOTA_ACCOUNT = env_int("GISPORTAL_QUOTA_ACCOUNT", 2_000_000 * _GENEROUS)
QUOTA_ADDRESS = env_int("GISPORTAL_QUOTA_ADDRESS", 1_000_000 * _GENEROUS)
GATE_KEEPER = True  # the thread that writes what was counted; tests write themselves
# Pages of the web that may read at the doors for programs, without cookies: origins, or * for all.
CORS_ORIGINS = env_list("GISPORTAL_CORS_ORIGINS", "*")

# Where people open the portal: links in mails and QR codes of papers printed by the worker.
SITE_URL = os.environ.get("GISPORTAL_SITE_URL", f"http://127.0.0.1:{env_int('PORT', 8000)}").rstrip("/")
# Who answers for what is published: stands in the catalogue (OGC API – Records, DCAT).
PUBLISHER_NAME = os.environ.get("GISPORTAL_PUBLISHER_NAME", "").strip()
PUBLISHER_EMAIL = os.environ.get("GISPORTAL_PUBLISHER_EMAIL", "").strip()
PUBLISHER_URL = os.environ.get("GISPORTAL_PUBLISHER_URL", "").strip()
# Mail: smtp://user:password@host:587 (smtps:// for TLS from the start); without it mails become files under var/mail.
MAIL_URL = urlsplit(os.environ.get("GISPORTAL_MAIL_URL", ""))
DEFAULT_FROM_EMAIL = os.environ.get("GISPORTAL_MAIL_FROM", "portal@localhost")
MAIL_SENDER_NAME = os.environ.get("GISPORTAL_MAIL_NAME", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_URL.hostname else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST, EMAIL_PORT = (
    MAIL_URL.hostname or "",
    MAIL_URL.port or (465 if MAIL_URL.scheme == "smtps" else 587),
)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(MAIL_URL.username or ""), unquote(MAIL_URL.password or "")
EMAIL_USE_SSL = MAIL_URL.scheme == "smtps"
EMAIL_USE_TLS = bool(EMAIL_HOST_USER) and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 20

# One person gets at most one reminder in so many days.
REMINDER_DAYS = env_int("GISPORTAL_REMINDER_DAYS", 14)

# Behind a proxy: X-Forwarded-* is believed only when said so.
BEHIND_PROXY = env_bool("GISPORTAL_BEHIND_PROXY")
USE_X_FORWARDED_HOST = BEHIND_PROXY
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
HTTPS = env_bool("GISPORTAL_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# The terms of openstreetmap.org want a referrer; the query string never leaves with this policy.
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "gisportal.portal.error_views.csrf_failure"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True
FORMS_URLFIELD_ASSUME_HTTPS = True

# Photos and attachments (R10, R30): outside the web root, handed out by views that ask the access rule.
MEDIA_ROOT = VAR_DIR / "media"
PHOTO_MAX_BYTES = env_int("GISPORTAL_PHOTO_MB", 20) * 1_000_000
PHOTO_MAX_PIXELS = env_int("GISPORTAL_PHOTO_MEGAPIXELS", 60) * 1_000_000
ATTACHMENT_MAX_BYTES = env_int("GISPORTAL_ATTACHMENT_MB", 20) * 1_000_000
MEDIA_TRASH_DAYS = env_int("GISPORTAL_MEDIA_TRASH_DAYS", 90)
UPLOAD_MAX_BYTES = env_int("GISPORTAL_UPLOAD_MB", 250) * 1_000_000
RASTER_MAX_PIXELS = env_int("GISPORTAL_RASTER_MEGAPIXELS", 400) * 1_000_000
FILE_UPLOAD_HANDLERS = [
    "gisportal.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [path for path in [VAR_DIR / "static-build"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MANIFEST_STRICT = False

# Base maps (R8, R51). Each: tile address, attribution (HTML), terms, zoom range. "own" needs no internet.
BASE_MAPS: dict[str, dict[str, object]] = {
    "gsi-pale": {
        "title": _("GSI pale map"),
        "url": "https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png",
        "attribution": '<a href="https://maps.gsi.go.jp/development/ichiran.html">地理院タイル</a>',
        "terms": "https://www.gsi.go.jp/kikakuchousei/kikakuchousei40182.html",
        "min_zoom": 5,
        "max_zoom": 18,
    },
    "gsi-std": {
        "title": _("GSI standard map"),
        "url": "https://cyberjapandata.gsi.go.jp/xyz/std/{z}/{x}/{y}.png",
        "attribution": '<a href="https://maps.gsi.go.jp/development/ichiran.html">地理院タイル</a>',
        "terms": "https://www.gsi.go.jp/kikakuchousei/kikakuchousei40182.html",
        "min_zoom": 5,
        "max_zoom": 18,
    },
}
BASE_MAP = os.environ.get("GISPORTAL_BASE_MAP", "gsi-pale")
GEOCODERS = env_list("GISPORTAL_GEOCODERS")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


TILE_ORIGINS = sorted({_origin(str(base["url"])) for base in BASE_MAPS.values()})

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *TILE_ORIGINS],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": ["'none'"],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
    },
}

LEAFLET_CONFIG = {"TILES": [], "RESET_VIEW": False, "NO_GLOBALS": False}
SILENCED_SYSTEM_CHECKS = ["procrastinate.E001"]

LOGGING: dict[str, object] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"no_query": {"()": "gisportal.problems.StripQueryFilter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_query"]},
        "access": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "filters": ["no_query"]},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("GISPORTAL_LOG_LEVEL", "INFO")},
    "loggers": {
        # 4xx answers are the client's; they would fill the log and repeat what was typed.
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        # The development server's own lines would show query strings.
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        # The server's access log holds paths; those of signed links are secrets.
        "granian.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        "axes": {"level": "WARNING"},
        # What WeasyPrint finds odd in a paper is for whoever writes its style sheet.
        "weasyprint": {"level": "CRITICAL"},
        "weasyprint.progress": {"level": "CRITICAL"},
        "fontTools": {"level": "ERROR"},
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
    },
}
