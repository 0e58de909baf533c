"""Django with its own login form, sessions and CSRF protection, and django-health-check."""

from __future__ import annotations

import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line
from django.http import HttpRequest, JsonResponse
from django.urls import path

FOLDER = Path(os.environ["FOLDER"])
settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="a key of a service that only lives during a test",
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "db.sqlite3"}},
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    LOGIN_URL="/accounts/login/",
    LOGIN_REDIRECT_URL="/items",
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
)
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.views import LoginView  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.views.decorators.csrf import csrf_exempt  # noqa: E402

items: dict[str, dict[str, Any]] = {}
numbers = itertools.count(1)


def health(_: HttpRequest) -> JsonResponse:
    return JsonResponse({"Database": "working", "Cache": "working"})


@csrf_exempt
def revoke(_: HttpRequest) -> JsonResponse:
    Session.objects.all().delete()
    return JsonResponse({})


@login_required
def collection(request: HttpRequest) -> JsonResponse:
    if request.method == "GET":
        return JsonResponse(list(items.values()), safe=False)
    item = {**json.loads(request.body), "id": str(next(numbers))}
    items[item["id"]] = item
    return JsonResponse(item, status=201)


@login_required
def member(request: HttpRequest, key: str) -> JsonResponse:
    if request.method == "DELETE":
        return JsonResponse(items.pop(key))
    if request.method == "PATCH":
        items[key].update(json.loads(request.body))
    return JsonResponse(items[key])


urlpatterns = [
    path("ht/", health),
    path("revoke", revoke),
    path("accounts/login/", LoginView.as_view(template_name="login.html")),
    path("items", collection),
    path("items/<key>", member),
]

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    for name in ("alice", "bob"):
        User.objects.create_user(name, password="wonderland-1")
    execute_from_command_line(
        [sys.argv[0], "runserver", "--noreload", f"127.0.0.1:{os.environ['PORT']}"]
    )
