from __future__ import annotations

import contextlib
import socket
import sys

import pytest

from mlops_desktop.serving.connection_sharing import CAN_SHARE, Dispatcher, SharedSocket
from mlops_desktop.serving.server import listen

can_share = pytest.mark.skipif(not CAN_SHARE, reason="connections cannot be handed over here")


@pytest.fixture
def opened():
    with contextlib.ExitStack() as stack:
        yield stack.enter_context


@pytest.fixture
def listening(opened):
    return opened(listen("127.0.0.1", 0))


@pytest.fixture
def dispatched(listening):
    """A dispatcher, and the sources of so many processes by their keys 0, 1, …; both ends are closed at the end."""
    dispatcher, sources = Dispatcher(listening), []

    def make(count):
        sources.extend(dispatcher.open(key) for key in range(count))
        return dispatcher, sources

    yield make
    for key, source in enumerate(sources):
        source.release()
        dispatcher.close(key)


@can_share
def test_connections_go_to_each_in_turn_and_are_those_of_the_clients(listening, opened, dispatched):
    dispatcher, sources = dispatched(3)
    clients = [opened(socket.create_connection(listening.getsockname(), timeout=10)) for _ in range(6)]
    dispatcher.hand_over(range(3))
    dispatcher.stop()
    found = [source.taken() for source in sources]
    assert [(len(connections), is_last) for connections, is_last in found] == [(2, True)] * 3
    for connections, _ in found:
        for one in connections:
            opened(one).sendall(b"%d" % one.getpeername()[1])
    assert [int(client.recv(10)) for client in clients] == [client.getsockname()[1] for client in clients]


@can_share
def test_a_process_that_has_ended_gets_none_and_without_any_connections_wait(listening, opened, dispatched):
    dispatcher, (gone, other) = dispatched(2)
    gone.release()
    for _ in range(4):
        opened(socket.create_connection(listening.getsockname(), timeout=10))
    assert dispatcher.sources([]) == ()
    dispatcher.hand_over([])
    dispatcher.hand_over([0])
    assert dispatcher.sources([0]) == ()
    dispatcher.hand_over([0, 1])
    assert dispatcher.sources([0, 1]) == (listening.fileno(),)
    connections, is_last = other.taken()
    assert (len([opened(one) for one in connections]), is_last) == (4, False)


@can_share
def test_without_a_free_file_handle_connections_wait_and_nothing_is_polled(listening, opened, dispatched, no_more_handles):
    dispatcher, (source,) = dispatched(1)
    opened(socket.create_connection(listening.getsockname(), timeout=10))
    with no_more_handles():
        dispatcher.hand_over([0])
    assert dispatcher.sources([0]) == ()
    dispatcher.hand_over([0])
    assert dispatcher.sources([0]) == (listening.fileno(),)
    assert len([opened(one) for one in source.taken()[0]]) == 1


@can_share
def test_a_connection_without_the_option_of_tcp_is_taken(opened, dispatched):
    dispatcher, (source,) = dispatched(1)
    datagrams = opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    socket.send_fds(dispatcher._channels[0], [b"c"], [datagrams.fileno()])
    assert len([opened(one) for one in source.taken()[0]]) == 1


@can_share
def test_the_end_of_the_other_side_is_the_last_message(listening):
    dispatcher = Dispatcher(listening)
    source = dispatcher.open(0)
    dispatcher.close(0)
    if sys.platform != "darwin":
        assert source.taken() == ([], True)
    source.release()


def test_where_no_connection_can_be_handed_over_each_process_accepts(listening):
    shared = SharedSocket(listening)
    source = shared.open(0)
    shared.hand_over([0])
    shared.stop()
    shared.close(0)
    source.release()
    assert (shared.sources([0]), shared.accepts, source.sockets()) == ((), False, [listening])
    assert listening.fileno() >= 0
