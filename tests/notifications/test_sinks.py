"""Which addresses are called."""

import pytest

from services.notifications.domain.sinks import Reach, may_call, problem_of

PUBLIC, LOCAL, PRIVATE = Reach(), Reach(loopback=True), Reach(private=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "ff02::1",
    ],
)
def test_no_machine_next_door_is_called_in_whatever_disguise(address: str) -> None:
    assert not may_call(address, PUBLIC)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_the_public_internet_is_called(address: str) -> None:
    assert may_call(address, PUBLIC)


def test_an_operator_can_allow_the_own_machine_and_the_own_network_each_by_itself() -> None:
    assert may_call("127.0.0.1", LOCAL)
    assert not may_call("10.0.0.1", LOCAL)
    assert may_call("10.0.0.1", PRIVATE)
    assert not may_call("127.0.0.1", PRIVATE)
    assert not may_call("169.254.169.254", PRIVATE)  # a cloud's own answers hold its keys


@pytest.mark.parametrize(
    "sink",
    [
        "http://gemeente.example/in",
        "ftp://gemeente.example",
        "https://",
        "https://user:secret@gemeente.example",
        "https://gemeente.example/#x",
        "https://gemeente.example:99999/",
        "https://gemeente.example:0/",
        "https://gemeente.example/a b",
        "https://gemeente.example/\r\nX: y",
        "https://gemeënte.example/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[::1",
        "https://localhost/",
        "http://127.0.0.1:8000/",
        "gemeente.example",
        "",
        "https://gemeente.example/" + "x" * 2000,
    ],
)
def test_an_address_that_is_no_public_https_address_is_refused(sink: str) -> None:
    assert problem_of(sink, PUBLIC)


def test_https_is_fine_and_http_to_the_own_machine_where_that_is_allowed() -> None:
    assert problem_of("https://gemeente.example:8443/in?x=1", PUBLIC) is None
    assert problem_of("http://127.0.0.1:8000/in", LOCAL) is None
    assert problem_of("http://localhost:8000/in", LOCAL) is None
    assert problem_of("http://gemeente.example/in", LOCAL)
    assert problem_of("http://10.0.0.1/in", Reach(loopback=True, private=True))
