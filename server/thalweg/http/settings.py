"""Everything that can be set. `docs/settings.md` says the same, and a test compares the two."""

from __future__ import annotations

import json
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from thalweg.graphql.context import Judging
from thalweg.graphql.limits import Limits
from thalweg.lineage.impact import DEFAULT_POLICY, LiveMarks, policies

MEGABYTE = 1_000_000


def _words(value: object) -> object:
    """A text as several: a JSON list, or words with commas between them."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [word for part in value.split(",") if (word := part.strip())]
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError('is no JSON list; write ["a", "b"], or a, b') from None


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]


class Settings(BaseSettings):
    """Each is a variable of the environment, `THALWEG_` and its name in capitals, or a flag of `thalweg serve`."""

    model_config = SettingsConfigDict(
        env_prefix="THALWEG_",
        env_ignore_empty=True,  # an empty variable is one that a compose file passes on although it is not set
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    store: str = Field(
        "sqlite:///thalweg.db",
        description="Where the graph is kept: `sqlite:///a/path.db`, `neo4j://host:7687`, `neo4j+s://…`, `bolt://…`.",
    )
    read_only: bool = Field(False, description="Whether the store is opened for reading only.")
    synchronous: Literal["FULL", "NORMAL"] = Field(
        "FULL",
        description="Of SQLite: `FULL` survives a power cut, `NORMAL` the end of the process, and writes faster.",
    )
    readers: int = Field(4, ge=1, description="Of SQLite: how many questions are answered at once.")
    neo4j_user: str = Field("neo4j", description="The user of Neo4j.")
    neo4j_password: SecretStr | None = Field(
        None, description="The password of that user; none for a server without login."
    )
    neo4j_database: str | None = Field(
        None, description="The database of Neo4j; the user's home database when left out."
    )

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="The port to listen on; 0 takes any that is free.")
    insecure: bool = Field(
        False,
        description=(
            "Whether to listen on an address that is not loopback although nobody has to log in. Anybody who reaches "
            "the port may then read and write everything."
        ),
    )
    allowed_hosts: Words = Field(
        (),
        description=(
            "Names that requests may call this server by (the `Host` header), with commas between them. On loopback "
            "only `localhost` and loopback addresses are allowed besides; on any other address none given allows "
            "every name."
        ),
    )
    shutdown_delay: float = Field(
        0.0,
        ge=0,
        description="Seconds between not being ready and not accepting any more: for a load balancer to notice.",
    )
    shutdown_seconds: float = Field(
        10.0, gt=0, description="Seconds that requests in flight are given to finish when the server stops."
    )
    log_format: Literal["text", "json"] = Field("text", description="How log lines look: `text` or `json`.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Which log lines are written.")

    sync: Path | None = Field(
        None, description="A TOML file of sources that are kept in step beside serving; none when left out."
    )

    policy: Path | None = Field(
        None, description="A TOML file with the policy by which impact is judged; the default policy when left out."
    )
    live_aliases: Words = Field(
        ("champion", "production"), description="Aliases that make a model version live, with commas between them."
    )
    live_stages: Words = Field(
        ("Production",), description="Stages that make a model version live, with commas between them."
    )

    openlineage_strict: bool = Field(
        False,
        description=(
            "Whether an OpenLineage event that is not quite as the specification says is refused; else it is taken, "
            "with a warning."
        ),
    )

    max_tokens: int = Field(5_000, ge=1, description="Tokens of a query document. Beyond: `TOO_MANY_TOKENS`.")
    max_depth: int = Field(25, ge=1, description="Fields within fields of a query. Beyond: `TOO_DEEP`.")
    max_aliases: int = Field(30, ge=0, description="Aliases in a query. Beyond: `TOO_MANY_ALIASES`.")
    max_root_fields: int = Field(20, ge=1, description="Fields at the root of a query. Beyond: `TOO_MANY_ROOT_FIELDS`.")
    max_directives: int = Field(50, ge=0, description="Directives in a query. Beyond: `TOO_MANY_DIRECTIVES`.")
    max_errors: int = Field(5, ge=1, description="Errors that the validation of one query reports before it stops.")
    max_cost: int = Field(
        5_000,
        ge=1,
        description="Points that a query may cost, about one for each entity that it may fetch. Beyond: `TOO_COSTLY`.",
    )
    max_nodes: int = Field(
        10_000,
        ge=1,
        description="Entities and nodes of graphs that a query may return. Beyond: `TOO_MANY_NODES`.",
    )
    max_first: int = Field(
        100, ge=1, description="What `first`, `last` and a list of ids may ask for. Beyond: `BAD_INPUT`."
    )
    max_visited: int = Field(
        100_000,
        ge=1,
        description="Nodes that one walk may look at. Beyond, the answer is cut, and says `VISITED`.",
    )
    max_seconds: float = Field(10.0, gt=0, description="Seconds that a query may take. Beyond: `DEADLINE_EXCEEDED`.")
    max_bulk_seconds: float = Field(
        30.0, gt=0, description="Seconds that a mutation with `stateBatch` may take. Beyond: `DEADLINE_EXCEEDED`."
    )
    max_body: int = Field(MEGABYTE, ge=1, description="Bytes of the body of a request. Beyond: `BODY_TOO_LARGE`.")
    max_bulk_body: int = Field(
        10 * MEGABYTE, ge=1, description="Bytes of the body of a mutation with `stateBatch`. Beyond: `BODY_TOO_LARGE`."
    )
    max_events_body: int = Field(
        50 * MEGABYTE,
        ge=1,
        description=(
            "Bytes of a batch of OpenLineage events, unpacked; one event alone may have `THALWEG_MAX_BODY`. Beyond: "
            "`BODY_TOO_LARGE`."
        ),
    )

    @property
    def limits(self) -> Limits:
        return Limits(
            tokens=self.max_tokens,
            depth=self.max_depth,
            aliases=self.max_aliases,
            root_fields=self.max_root_fields,
            directives=self.max_directives,
            errors=self.max_errors,
            cost=self.max_cost,
            nodes=self.max_nodes,
            first=self.max_first,
            visited=self.max_visited,
            seconds=self.max_seconds,
            bulk_seconds=self.max_bulk_seconds,
            body=self.max_body,
            bulk_body=self.max_bulk_body,
        )

    def judging(self) -> Judging:
        """Reads the policy. Raises BadInput for a file that is none."""
        marks = LiveMarks(frozenset(self.live_aliases), frozenset(self.live_stages))
        return Judging(DEFAULT_POLICY if self.policy is None else policies.load(self.policy), marks)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    def show(self) -> str:
        """Every setting and its value, a line each, as variables of the environment; secrets are hidden."""
        values = {name: _shown(getattr(self, name)) for name in type(self).model_fields}
        values["store"] = address_shown(self.store)
        return "\n".join(f"THALWEG_{name.upper()}={value}" for name, value in values.items())


def address_shown(address: str) -> str:
    """The address of a store without the user and the password that may be in it."""
    scheme, separator, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"


def is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr):
        return "********"
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]"
    return str(value)
