from __future__ import annotations

import pytest

from news.errors import RefusedAddressError
from news.sources.addresses import check_url, is_public, parse_address


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.0.9", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1",
        "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1",
        "fc00::1", "fe80::1", "fec0::1", "ff02::1", "2606:4700:4700::1111%eth0",
    ],
)  # fmt: skip
def test_special_addresses_are_never_dialled(address: str) -> None:
    assert not is_public(parse_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "11.0.0.1",
        "126.255.255.255",
        "2606:4700:4700::1111",
        "2a00:1450::1",
    ],
)
def test_public_addresses_are_dialled(address: str) -> None:
    assert is_public(parse_address(address))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://orda.kz/rss", "https://orda.kz/rss", id="plain"),
        pytest.param(" HTTP://Orda.KZ./rss?x=1#part ", "http://orda.kz/rss?x=1", id="case, dot, fragment"),
        pytest.param("https://orda.kz:443/rss", "https://orda.kz/rss", id="default port"),
        pytest.param("http://orda.kz:8080/", "http://orda.kz:8080/", id="usual port"),
        pytest.param("https://қазақстан.қаз/", "https://xn--80aaa0a6awh12ed.xn--80ao21a/", id="IDN"),
        pytest.param("http://8.8.8.8/", "http://8.8.8.8/", id="public address"),
        pytest.param(
            "http://[2606:4700:4700::1111]/", "http://[2606:4700:4700::1111]/", id="public IPv6 address"
        ),
        pytest.param("http://a_b.example.com/", "http://a_b.example.com/", id="underscore"),
    ],
)
def test_usual_addresses_pass(url: str, expected: str) -> None:
    assert check_url(url) == expected


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("ftp://orda.kz/", "only http and https", id="scheme"),
        pytest.param("file:///etc/passwd", "only http and https", id="file"),
        pytest.param("//orda.kz/", "only http and https", id="no scheme"),
        pytest.param("https://me:secret@orda.kz/", "user name or a password", id="credentials"),
        pytest.param("http://orda.kz:22/", "port 22", id="port"),
        pytest.param("http://orda.kz:x/", "not a well-formed", id="no port"),
        pytest.param("http://[::1/", "not a well-formed", id="half a bracket"),
        pytest.param("http://[zz]/", "not a well-formed", id="no address"),
        pytest.param("http://[::1]/", "private or special", id="IPv6 loopback"),
        pytest.param("http://127.0.0.1/", "private or special", id="loopback"),
        pytest.param("http://2130706433/", "unusual form", id="one number"),
        pytest.param("http://0x7f000001/", "unusual form", id="hex"),
        pytest.param("http://0177.0.0.1/", "unusual form", id="octal"),
        pytest.param("http://127.1/", "unusual form", id="short"),
        pytest.param("http://１２７。０。０。１/", "private or special", id="wide figures"),
        pytest.param("http://%31%32%37.0.0.1/", "percent signs", id="percent"),
        pytest.param("http://localhost/", "private network", id="localhost"),
        pytest.param("http://printer/", "private network", id="one label"),
        pytest.param("http://db.internal/", "private network", id="internal name"),
        pytest.param("http://a b.kz/", "spaces", id="space"),
        pytest.param("http://a.kz\\@b.kz/", "backslashes", id="backslash"),
        pytest.param("http://a.kz/\r\nHost: x", "control characters", id="line break"),
        pytest.param("http://-a.kz/", "not a valid name", id="hyphen first"),
        pytest.param("http://a..kz/", "not a valid name", id="empty label"),
        pytest.param("http://\u2488.kz/", "not a valid name", id="a figure with a dot"),
        pytest.param("http://xn--zz" + "\u0301.kz/", "not a valid name", id="bad punycode"),
        pytest.param("http:///x", "not a valid name", id="no host"),
        pytest.param("http://a.kz/" + "x" * 2_000, "longer than", id="long"),
    ],
)  # fmt: skip
def test_other_addresses_are_refused_with_the_rule(url: str, reason: str) -> None:
    with pytest.raises(RefusedAddressError, match=reason) as caught:
        check_url(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://localhost:9000/x", "http://127.0.0.1:1/", "http://[::1]:80/", "http://db/"]
)
def test_an_operators_own_network_is_allowed_on_request(url: str) -> None:
    assert check_url(url, allow_private=True).startswith("http://")


@pytest.mark.parametrize(
    "url", ["ftp://localhost/", "http://u:p@localhost/", "http://017700000001/", "http://%6c/"]
)
def test_even_then_the_other_rules_hold(url: str) -> None:
    with pytest.raises(RefusedAddressError):
        check_url(url, allow_private=True)
