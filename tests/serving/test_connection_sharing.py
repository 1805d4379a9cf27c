from __future__ import annotations

import contextlib
import socket

import pytest

from mlops_desktop.serving.connection_sharing import CAN_SHARE, Dispatcher, channel, stop, taken
from mlops_desktop.serving.server import listen

pytestmark = pytest.mark.skipif(not CAN_SHARE, reason="connections cannot be handed over here")


@pytest.fixture
def opened():
    with contextlib.ExitStack() as stack:
        yield stack.enter_context


@pytest.fixture
def listening(opened):
    sock = opened(listen("127.0.0.1", 0))
    sock.setblocking(False)
    return sock


def test_connections_go_to_each_in_turn_and_are_those_of_the_clients(listening, opened):
    pairs = [channel() for _ in range(3)]
    ours, theirs = ([opened(end) for end in ends] for ends in zip(*pairs, strict=True))
    clients = [opened(socket.create_connection(listening.getsockname(), timeout=10)) for _ in range(6)]
    Dispatcher(listening).hand_over(ours)
    stop(ours)
    found = [taken(end) for end in theirs]
    assert [(len(connections), is_last) for connections, is_last in found] == [(2, True)] * 3
    for connections, _ in found:
        for one in connections:
            opened(one).sendall(b"%d" % one.getpeername()[1])
    assert [int(client.recv(10)) for client in clients] == [client.getsockname()[1] for client in clients]


def test_a_process_that_has_ended_gets_none_and_without_any_connections_wait(listening, opened):
    (ours, theirs), (other, gone) = channel(), channel()
    for end in (ours, theirs, other):
        opened(end)
    gone.close()
    dispatcher = Dispatcher(listening)
    for _ in range(4):
        opened(socket.create_connection(listening.getsockname(), timeout=10))
    dispatcher.hand_over([])
    dispatcher.hand_over([other])
    assert dispatcher.sources() == ()
    dispatcher.hand_over([other, ours])
    assert dispatcher.sources() == (listening.fileno(),)
    connections, is_last = taken(theirs)
    assert (len([opened(one) for one in connections]), is_last) == (4, False)


def test_without_a_free_file_handle_connections_wait_and_nothing_is_polled(listening, opened, no_more_handles):
    ours, theirs = (opened(end) for end in channel())
    dispatcher = Dispatcher(listening)
    opened(socket.create_connection(listening.getsockname(), timeout=10))
    with no_more_handles():
        dispatcher.hand_over([ours])
    assert dispatcher.sources() == ()
    dispatcher.hand_over([ours])
    assert dispatcher.sources() == (listening.fileno(),)
    assert len([opened(one) for one in taken(theirs)[0]]) == 1


def test_a_connection_without_the_option_of_tcp_is_taken(opened):
    ours, theirs = (opened(end) for end in channel())
    datagrams = opened(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    socket.send_fds(ours, [b"c"], [datagrams.fileno()])
    assert len([opened(one) for one in taken(theirs)[0]]) == 1


def test_the_end_of_the_other_side_is_the_last_message():
    ours, theirs = channel()
    ours.close()
    with theirs:
        if theirs.type == socket.SOCK_SEQPACKET:
            assert taken(theirs) == ([], True)
