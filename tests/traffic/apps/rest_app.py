"""A REST service with token login: Django REST framework with its auth tokens, for groups."""

from __future__ import annotations

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command, execute_from_command_line

settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="a key of a service that only lives during a measurement",
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "rest_framework.authtoken",
    ],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(os.environ["FOLDER"]) / "rest.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
            },
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework import routers, serializers, viewsets  # noqa: E402
from rest_framework.authtoken.views import obtain_auth_token  # noqa: E402


class GroupSerializer(serializers.ModelSerializer):
    class Meta:
        model = Group
        fields = ("id", "name")


class Groups(viewsets.ModelViewSet):
    queryset = Group.objects.order_by("-id")
    serializer_class = GroupSerializer


def page(_: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>Groups</title><h1>Groups</h1>")


router = routers.DefaultRouter()
router.register("groups", Groups)
urlpatterns = [
    path("", page),
    path("api/", include(router.urls)),
    path("api/login/", obtain_auth_token),
]

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    Group.objects.get_or_create(name="There before")
    for name in ("recorder", "staff1", "staff2", "staff3", "staff4", "staff5"):
        if not User.objects.filter(username=name).exists():
            User.objects.create_superuser(name, f"{name}@example.com", os.environ["PASSWORD"])
    address = f"127.0.0.1:{os.environ['PORT']}"
    execute_from_command_line(["manage.py", "runserver", "--noreload", address])
