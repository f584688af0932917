"""Whose address a request came from, when proxies stand in between: pure, for whoever must not be fooled."""


def client_address(*, remote: str, forwarded_for: str, proxies: int) -> str:
    """The client's address as text, "" when nobody trustworthy said it.

    `remote` is the other end of the connection, `forwarded_for` the X-Forwarded-For header, of
    which the last `proxies` (TRUSTED_PROXY_COUNT) addresses are true. A header although no proxy
    is configured means that one stands there all the same: then `remote` is that proxy, not the
    client.
    """
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    if not hops:
        return remote
    return hops[-proxies] if 0 < proxies <= len(hops) else ""
