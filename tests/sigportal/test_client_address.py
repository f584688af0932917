"""Only what a known proxy says of the client is believed."""

import pytest

from sigportal.client_address import client_address


@pytest.mark.parametrize(
    ("remote", "forwarded_for", "proxies", "address"),
    [
        ("203.0.113.9", "", 0, "203.0.113.9"),
        # A proxy nobody told us of: the connection comes from it, not from the client.
        ("127.0.0.1", "203.0.113.9", 0, ""),
        ("127.0.0.1", "203.0.113.9", 1, "203.0.113.9"),
        # What the client wrote itself stands before what the proxy added.
        ("127.0.0.1", "127.0.0.1, 203.0.113.9", 1, "203.0.113.9"),
        ("127.0.0.1", "127.0.0.1, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9", 2, ""),
        ("127.0.0.1", "", 1, "127.0.0.1"),
        ("127.0.0.1", " , ", 1, "127.0.0.1"),
    ],
)
def test_client_address_believes_known_proxies_only(remote, forwarded_for, proxies, address):
    found = client_address(remote=remote, forwarded_for=forwarded_for, proxies=proxies)
    assert found == address
