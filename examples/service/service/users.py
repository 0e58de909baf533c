"""The users who can log in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from service.limits import LIMITS

PASSWORD = "loadtest123"  # noqa: S105 -- test users of a service without data
TIER_USERS = {
    "free": "free-tier@example.com",
    "starter": "starter-tier@example.com",
    "professional": "pro-tier@example.com",
    "enterprise": "enterprise-tier@example.com",
}
"""User of each tier."""

AGENT, AGENT_PASSWORD = "agent@test.com", "password"


@dataclass(frozen=True)
class User:
    """A person, a tenant of a tier, or the owner of the API key."""

    id: int
    email: str
    name: str
    tier: str = ""


def tier_key(tier: str) -> str:
    """Return the key of the tenant of a tier.

    Example:
        ``tier_key("free") == "test-free-key"``
    """
    return f"test-{tier}-key"


class Users:
    """Finds users by address and password.

    Passwords are compared, not hashed: the service measures load suites, and a slow hash would
    measure the hash.
    """

    def __init__(self) -> None:
        names = ["loadtest", *(f"loadtest{number}" for number in range(1, 21))]
        users = [
            User(number, f"{name}@example.com", name.capitalize())
            for number, name in enumerate(names, start=1)
        ]
        users.append(User(len(users) + 1, AGENT, "Agent"))
        tenants = [
            User(len(users) + number, TIER_USERS[tier], tier.capitalize(), tier)
            for number, tier in enumerate(LIMITS, start=1)
        ]
        users += tenants
        self._by_key = {tier_key(user.tier): user for user in tenants}
        self._by_email = {user.email: user for user in users}
        self.api_user = User(0, "api-key@example.com", "API key")
        self.anonymous = User(0, "anonymous@example.com", "Anonymous")

    def find(self, email: str) -> User | None:
        """Return the user with this address."""
        return self._by_email.get(email)

    def other_than(self, user: User) -> User:
        """Return somebody else."""
        return next(one for one in self._by_email.values() if one.id != user.id)

    def of_key(self, key: str) -> User | None:
        """Return the tenant with this key."""
        return self._by_key.get(key)

    def login(self, email: str, password: str) -> User | None:
        """Return the user if the password is correct."""
        user = self.find(email)
        wanted = AGENT_PASSWORD if email == AGENT else PASSWORD
        if user and hmac.compare_digest(password.encode(), wanted.encode()):
            return user
        return None
