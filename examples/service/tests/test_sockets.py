"""WebSockets: the raw channel, the Socket.IO server, and their faults."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from service.faults.table import FAULTS
from service.sockets.middleware import GARBAGE
from service.testing import RunningService, running_service
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

pytestmark = pytest.mark.slow

Test = Callable[..., None]
provoked: set[str] = set()
RAW = "/ws"
SOCKETIO = "/socket.io/?EIO=4&transport=websocket"
WAIT = 10.0


def provokes(name: str) -> Callable[[Test], Test]:
    """Notes which fault a test is about; see `test_every_fault_of_sockets_is_provoked`."""
    provoked.add(name)
    return lambda test: test


@contextlib.contextmanager
def socket(service: RunningService, path: str = RAW) -> Iterator[ClientConnection]:
    """An open socket; it does not wait long for the other side to close."""
    address = f"ws://127.0.0.1:{service.port}{path}"
    with connect(address, close_timeout=0.3, open_timeout=WAIT, proxy=None) as opened:
        yield opened


def say(opened: ClientConnection, **message: object) -> Any:
    """Say something on the raw channel, return the answer."""
    opened.send(json.dumps(message))
    return heard(opened)


def heard(opened: ClientConnection, seconds: float = WAIT) -> Any:
    """Return the next message, JSON unpacked."""
    return json.loads(opened.recv(seconds))


def subscribed(opened: ClientConnection) -> ClientConnection:
    assert say(opened, type="subscribe", channel="c")["type"] == "subscribed"
    return opened


@contextlib.contextmanager
def socketio(service: RunningService, connect_packet: str = "40") -> Iterator[ClientConnection]:
    with socket(service, SOCKETIO) as opened:
        assert opened.recv(WAIT).startswith('0{"sid"')  # type: ignore[arg-type]
        opened.send(connect_packet)
        yield opened


def to_its_end(opened: ClientConnection) -> None:
    """Listen until the other side ends the connection."""
    while True:
        opened.recv(WAIT)


def test_every_fault_of_sockets_is_provoked() -> None:
    assert provoked == {fault.name for fault in FAULTS if fault.name.startswith("ws-")}


def test_raw_channel_answers_and_has_news(service: RunningService) -> None:
    with socket(service) as opened:
        assert say(opened, type="ping", id=7)["id"] == 7
        assert say(opened, type="typing")["type"] == "ack"
        assert say(opened, type="dance")["type"] == "error"
        opened.send("not JSON")
        assert heard(opened)["type"] == "error"
        first = heard(subscribed(opened))
        assert first["channel"] == "c"
        assert abs(time.time() * 1000 - first["timestamp"]) < 5000
        assert heard(opened)["id"] != first["id"]


@pytest.mark.parametrize("namespace", ["", "/live,"])
def test_socketio_acknowledges_and_has_news(service: RunningService, namespace: str) -> None:
    with socketio(service, f"40{namespace}") as opened:
        assert str(opened.recv(WAIT)).startswith(f'40{namespace}{{"sid"')
        opened.send(f'42{namespace}5["time"]')
        assert str(opened.recv(WAIT)).startswith(f'43{namespace}5[{{"timestamp"')
        opened.send(f'42{namespace}6["subscribe","c"]')
        assert opened.recv(WAIT) == f'43{namespace}6[{{"ok":true,"channel":"c"}}]'
        assert str(opened.recv(WAIT)).startswith(f'42{namespace}["message",')


def test_socketio_knows_its_namespaces(service: RunningService) -> None:
    with socketio(service, "40/unknown,") as opened:
        assert str(opened.recv(WAIT)).startswith("44/unknown,")


@pytest.mark.parametrize("path", ["/ws?token=wrong", f"{SOCKETIO}&token=wrong"])
def test_wrong_tokens_are_refused(service: RunningService, path: str) -> None:
    if path.startswith(RAW):
        with pytest.raises(InvalidStatus, match="403"), socket(service, path):
            pass
        return
    with socket(service, path) as opened:
        opened.recv(WAIT)
        opened.send("40")
        assert str(opened.recv(WAIT)).startswith("44")


@provokes("ws-auth")
def test_a_token_can_be_demanded(service: RunningService) -> None:
    service.set_fault("ws-auth")
    with pytest.raises(InvalidStatus), socket(service):
        pass
    with socket(service, "/ws?token=test-api-key") as opened:
        assert say(opened, type="ping")["type"] == "pong"
    with socketio(service, '40{"token":"test-api-key"}') as opened:
        assert str(opened.recv(WAIT)).startswith("40")


@provokes("ws-refuse")
@pytest.mark.parametrize("status", [403, 503])
def test_refused_upgrade(service: RunningService, status: int) -> None:
    service.set_fault("ws-refuse", status)
    with pytest.raises(InvalidStatus) as refusal, socket(service):
        pass
    assert refusal.value.response.status_code == status


@provokes("ws-hang")
def test_upgrade_without_an_answer(service: RunningService) -> None:
    service.set_fault("ws-hang")
    address = f"ws://127.0.0.1:{service.port}{RAW}"
    with pytest.raises(TimeoutError), connect(address, open_timeout=0.5, proxy=None):
        pass


@provokes("ws-close")
def test_closed_at_once(service: RunningService) -> None:
    service.set_fault("ws-close", 4001)
    with socket(service) as opened, pytest.raises(ConnectionClosed) as closed:
        opened.recv(WAIT)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4001


@provokes("ws-drop")
@pytest.mark.parametrize("path", [RAW, SOCKETIO])
def test_dropped(service: RunningService, path: str) -> None:
    service.set_fault("ws-drop", 0.2)
    with socket(service, path) as opened, pytest.raises(ConnectionClosed) as closed:
        to_its_end(opened)
    assert closed.value.rcvd is None


@provokes("ws-never-close")
def test_never_closed(service: RunningService) -> None:
    service.set_fault("ws-never-close")
    with socket(service) as opened:
        subscribed(opened)
        opened.close()
        assert opened.protocol.close_rcvd is None
    service.clear_faults()
    with socket(service) as opened:
        opened.close()
        assert opened.protocol.close_rcvd is not None


@provokes("ws-silent")
@pytest.mark.parametrize("what", ["news", "all"])
def test_silent(service: RunningService, what: str) -> None:
    service.set_fault("ws-silent", what)
    with socket(service) as opened:
        if what == "news":
            subscribed(opened)
        else:
            opened.send('{"type": "subscribe", "channel": "c"}')
        with pytest.raises(TimeoutError):
            opened.recv(1)


@provokes("ws-late")
def test_late_news_keep_their_stamp(service: RunningService) -> None:
    service.set_fault("ws-late", 700)
    with socket(service) as opened:
        news = heard(subscribed(opened))
        assert time.time() * 1000 - news["timestamp"] >= 700


@provokes("ws-garbage")
@provokes("ws-binary")
@pytest.mark.parametrize(
    ("fault", "news"), [("ws-garbage", GARBAGE), ("ws-binary", b"\x00\x01\x02")]
)
def test_other_news(service: RunningService, fault: str, news: str | bytes) -> None:
    service.set_fault(fault)
    with socket(service) as opened:
        assert subscribed(opened).recv(WAIT) == news
    with socketio(service) as opened:
        assert str(opened.recv(WAIT)).startswith("40")
        opened.send('420["subscribe","c"]')
        assert str(opened.recv(WAIT)).startswith("430")
        assert opened.recv(WAIT) == news


@provokes("ws-duplicate")
def test_duplicates(service: RunningService) -> None:
    service.set_fault("ws-duplicate")
    with socket(service) as opened:
        assert heard(subscribed(opened)) == heard(opened)


@provokes("ws-heartbeat")
def test_a_promise_about_pings(service: RunningService) -> None:
    service.set_fault("ws-heartbeat", 0.5)
    with socket(service, SOCKETIO) as opened:
        promised = json.loads(str(opened.recv(WAIT))[1:])
        assert (promised["pingInterval"], promised["pingTimeout"]) == (500, 0)
        assert promised["sid"]


@provokes("ws-skew")
@pytest.mark.parametrize("ahead", [60_000, -60_000])
def test_skewed_clock(service: RunningService, ahead: int) -> None:
    service.set_fault("ws-skew", ahead)
    with socket(service) as opened:
        stamp = say(opened, type="ping")["timestamp"]
        assert stamp - time.time() * 1000 == pytest.approx(ahead, abs=5000)


def test_a_share_of_the_sockets(service: RunningService) -> None:
    service.set_fault("ws-refuse", 403, count=1, only=RAW)
    with pytest.raises(InvalidStatus), socket(service):
        pass
    with socket(service), socket(service, SOCKETIO):
        assert service.stats()["sockets"]["open"] == 2
    assert service.stats()["sockets"]["opened"] == 2


@pytest.mark.parametrize("fault", [None, "ws-never-close", "ws-hang"])
def test_clean_stop_with_open_sockets(fault: str | None) -> None:
    with running_service(faults={fault: True} if fault else {}) as service:
        with contextlib.suppress(Exception), contextlib.ExitStack() as stack:
            opened = stack.enter_context(
                connect(f"ws://127.0.0.1:{service.port}{RAW}", open_timeout=0.5, proxy=None)
            )
            subscribed(opened)
            assert service.stop() == 0
        assert service.stop() == 0
    assert service.log().count("\n") == 1
