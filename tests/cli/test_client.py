"""The client: what is an address of a server, and what an answer is taken for."""

from __future__ import annotations

import pytest

from thalweg.client import Answered, Client, ServerUnreachable
from thalweg.client.graphql import data_of, endpoint
from thalweg.model.errors import BadInput


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/graphql"),
        ("localhost:8000", "http://localhost:8000/graphql"),
        ("https://thalweg.example.com/", "https://thalweg.example.com/graphql"),
        ("https://example.com/lineage", "https://example.com/lineage/graphql"),
        ("https://example.com/graphql", "https://example.com/graphql"),
        ("http://[::1]:8000", "http://[::1]:8000/graphql"),
    ],
)
def test_an_address_names_the_endpoint(address: str, url: str) -> None:
    assert endpoint(address) == url


@pytest.mark.parametrize("address", ["", "ftp://host", "file:///etc/passwd", "http://", "http://host:99999", "a b"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadInput, match=r"is no address of a server. Give one like http://127.0.0.1:8000."):
        endpoint(address)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    for address in ("http://ada:secret@host", "ftp://ada:secret@host"):
        with pytest.raises(BadInput) as error:
            endpoint(address)
        assert "secret" not in str(error.value)


def test_the_first_error_of_an_answer_is_raised_with_its_code() -> None:
    answer = {"data": {"a": 1}, "errors": [{"message": "No.", "extensions": {"code": "TOO_COSTLY"}}, {"message": "x"}]}
    with pytest.raises(Answered, match=r"^No\.$") as error:
        data_of(answer)
    assert error.value.code == "TOO_COSTLY"


def test_an_error_without_extensions_has_a_code_all_the_same() -> None:
    with pytest.raises(Answered) as error:
        data_of({"errors": [{"message": "No."}]})
    assert error.value.code == "ERROR"


def test_the_data_of_an_operation_comes_whole(estate_server: str) -> None:
    client = Client(estate_server)
    assert client.ask("query A { __typename } query B { b: __typename }", {}, "B") == {"b": "Query"}
    with pytest.raises(Answered, match="nothing") as error:
        client.ask("{ nothing }", {})
    assert error.value.code == "GRAPHQL_VALIDATION_FAILED"


def test_this_machine_is_never_asked_through_a_proxy(estate_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert Client(estate_server).ask("{ __typename }", {}) == {"__typename": "Query"}


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(ServerUnreachable, match="No server can be reached"):
        Client("127.0.0.1:1").ask("{ __typename }", {})
