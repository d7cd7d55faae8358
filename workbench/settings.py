"""All configuration in one frozen object; nothing else reads the environment.

Strength, strongest first: arguments, environment variables, ``.env`` in the working folder,
``config.toml`` in ``WORKBENCH_HOME``, the defaults below.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from workbench.errors import BadInput

__all__ = ["TIERS", "Settings", "TierLimits", "load_settings"]

_MIB = 1024 * 1024


class TierLimits(BaseModel):
    """What one subscription tier allows; ``None`` means no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tokens_per_day: int | None = None
    spend_per_day_usd: float | None = None
    storage_bytes: int | None = None


TIERS = {
    "free": TierLimits(tokens_per_day=20_000_000, spend_per_day_usd=50.0, storage_bytes=50 * 1024**3),
    "pro": TierLimits(tokens_per_day=100_000_000, spend_per_day_usd=500.0, storage_bytes=500 * 1024**3),
    "team": TierLimits(),
}
"""The daily limits of each subscription tier, unless WORKBENCH_TIERS says otherwise."""


def _default_home() -> Path:
    return user_data_path("autogent-studio", appauthor=False)


class Settings(BaseSettings):
    """The configuration of one `Studio`.

    Every field is an environment variable of the same name in upper case. Secrets are
    `pydantic.SecretStr`: they show as ``**********``.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    # where things lie
    workbench_home: Path = Field(
        default_factory=_default_home, description="Folder of everything the workbench keeps."
    )
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL; unset means SQLite under WORKBENCH_HOME."
    )
    workbench_database_connections: int = Field(
        20, ge=2, description="Most connections of one process to a PostgreSQL server."
    )
    redis_url: SecretStr | None = Field(
        None, description="Redis for Socket.IO and sessions; unset means in process."
    )
    upload_folder: Path | None = Field(
        None, description="Folder of uploads; unset means WORKBENCH_HOME/uploads."
    )
    max_content_length: int = Field(100 * _MIB, gt=0, description="Largest upload, in bytes.")

    # secrets of the installation
    session_secret: SecretStr | None = Field(None, description="Signs cookies; unset means generated once.")
    encryption_key: SecretStr | None = Field(
        None, description="Fernet keys, comma-separated, newest first; unset means generated once."
    )

    # model providers
    openai_api_key: SecretStr | None = Field(None, description="Key of OpenAI.")
    openai_base_url: str | None = Field(None, description="Another OpenAI-compatible address, ending in /v1.")
    anthropic_api_key: SecretStr | None = Field(None, description="Key of Anthropic.")
    anthropic_base_url: str | None = Field(
        None, description="Another Anthropic-compatible address, without /v1."
    )
    google_api_key: SecretStr | None = Field(None, description="Key of Google Gemini.")
    google_base_url: str | None = Field(None, description="Another Gemini-compatible address.")
    cohere_api_key: SecretStr | None = Field(None, description="Key of Cohere.")
    cohere_base_url: str | None = Field(None, description="Another Cohere-compatible address.")
    ollama_base_url: str | None = Field(
        None,
        description="Ollama or any OpenAI-compatible server, ending in /v1; default http://127.0.0.1:11434/v1.",
    )
    ollama_api_key: SecretStr | None = Field(None, description="Key for OLLAMA_BASE_URL where it wants one.")
    workbench_provider: str | None = Field(None, description="Default provider.")
    workbench_model: str | None = Field(None, description="Default model of the default provider.")
    workbench_models_folder: Path | None = Field(
        None, description="Folder of GGUF files served as local:NAME; unset means WORKBENCH_HOME/models."
    )
    workbench_threads: int | None = Field(
        None, gt=0, description="Threads of the local model; unset means the free cores."
    )
    workbench_timeout: float = Field(120.0, gt=0, description="Seconds that a provider may stay silent.")
    workbench_retries: int = Field(2, ge=0, le=10, description="Retries of a failed provider request.")
    workbench_prices: Path | None = Field(
        None,
        description="JSON price table laid over the built-in one; unset means WORKBENCH_HOME/prices.json.",
    )

    # knowledge
    workbench_embedder: str = Field(
        "minilm",
        description="Embedder of new knowledge bases, such as minilm or openai:text-embedding-3-small.",
    )

    # runs and budgets
    workbench_replay: Literal["live", "cache", "strict"] = Field(
        "live", description="Replay mode: live, cache or strict."
    )
    workbench_parent_run: str | None = Field(
        None, description="Run under which this process's Runs hang; set by reports."
    )
    jpy_session_name: str | None = Field(
        None, description="Path of the notebook that this kernel serves; Jupyter sets it."
    )
    jupyterhub_user: str | None = Field(None, description="User name under JupyterHub, which sets it.")
    workbench_user: str | None = Field(
        None, description="User name of notebook work; unset means JUPYTERHUB_USER or the OS user."
    )
    workbench_budget_user_usd: float | None = Field(
        None, ge=0, description="Most that one user may spend in all, US dollars."
    )
    workbench_budget_session_usd: float | None = Field(
        None, ge=0, description="Most that one chat session may spend, US dollars."
    )
    workbench_budget_day_usd: float | None = Field(
        None, ge=0, description="Most that one user may spend in a UTC day, US dollars."
    )
    workbench_tiers: dict[str, TierLimits] = Field(
        default_factory=lambda: dict(TIERS), description="Daily limits per subscription tier."
    )

    # other domains
    ibm_quantum_token: SecretStr | None = Field(None, description="IBM Quantum token.")
    google_quantum_key: SecretStr | None = Field(
        None, description="Google Quantum: the JSON of a service account, or the path of its file."
    )
    aws_braket_access_key: SecretStr | None = Field(
        None, description="AWS Braket access key, as access:secret."
    )
    web3_provider_url: SecretStr | None = Field(
        None, description="Ethereum node; unset means the embedded chain."
    )
    ipfs_gateway: str = Field("https://gateway.pinata.cloud/ipfs/", description="IPFS gateway for reading.")
    ray_address: str | None = Field(
        None, description="Ray cluster for fan-out work; unset means this machine."
    )

    # features
    enable_quantum: bool = Field(True, description="Quantum circuits.")
    enable_federated: bool = Field(True, description="Federated learning.")
    enable_neuromorphic: bool = Field(True, description="Spiking simulation.")
    enable_safety: bool = Field(True, description="Guards on what goes to and comes from models.")
    enable_self_improving: bool = Field(True, description="Learning from ratings.")

    @field_validator("workbench_home", "upload_folder", "workbench_models_folder", "workbench_prices")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the home's ``config.toml`` below the environment and ``.env``."""
        home = (
            init_settings().get("workbench_home")
            or env_settings().get("workbench_home")
            or dotenv_settings().get("workbench_home")
            or _default_home()
        )
        toml = TomlConfigSettingsSource(settings_cls, Path(home).expanduser() / "config.toml")
        return init_settings, env_settings, dotenv_settings, toml

    @cached_property
    def home(self) -> Path:
        """`workbench_home`, made on first use and readable by its owner alone."""
        self.workbench_home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.workbench_home

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url is None:
            return f"sqlite:///{self.home / 'workbench.db'}"
        url = self.database_url.get_secret_value()
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @property
    def objects_folder(self) -> Path:
        """Folder of the content-addressed store."""
        return self.home / "objects"

    @property
    def uploads_folder(self) -> Path:
        """Folder of uploaded files, named by their content."""
        return self.upload_folder or self.home / "uploads"

    @property
    def indexes_folder(self) -> Path:
        """Folder of index files, which can be made again."""
        return self.home / "indexes"

    @property
    def models_folder(self) -> Path:
        """Folder of local model files."""
        return self.workbench_models_folder or self.home / "models"

    @property
    def prices_file(self) -> Path:
        """The user's price table, which need not exist."""
        return self.workbench_prices or self.home / "prices.json"

    def secret(self, name: Literal["session_secret", "encryption_key"]) -> str:
        """Return an installation secret, generated once into a file of mode 0600.

        Parameters
        ----------
        name : {"session_secret", "encryption_key"}
            Which one.
        """
        given: SecretStr | None = getattr(self, name)
        return given.get_secret_value() if given is not None else _generated(self.home / name)

    def secrets(self) -> dict[str, str]:
        """Return every secret that is set, by its upper-case name.

        URLs that may carry credentials count as secrets.
        """
        return {
            name.upper(): value.get_secret_value()
            for name, value in self
            if isinstance(value, SecretStr) and value.get_secret_value()
        }


def _generated(path: Path) -> str:
    """Read the secret file, making it first; of two makers the first one wins."""
    fresh = secrets.token_bytes(32)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.urlsafe_b64encode(fresh).decode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()


def load_settings(**overrides: Any) -> Settings:
    """Read the settings, turning a bad value into one sentence.

    Raises
    ------
    BadInput
        Naming the variable and what it expects, or the file that cannot be read; never a value.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise BadInput(
            f"The setting {name} is not valid: {first['msg']}.",
            "Correct it in the environment, .env or config.toml.",
            details={"field": name},
        ) from None
    except (SettingsError, tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _unreadable(error) from None


def _unreadable(error: Exception) -> BadInput:
    """Say what stood in the way of reading the settings at all."""
    if isinstance(error, SettingsError):
        # of lists and tables, which are JSON; the library's sentence names the field in small letters
        name = "".join(re.findall(r'field "(\w+)"', str(error))).upper()
        return BadInput(
            f"The setting {name} is not valid: expected JSON.",
            "Correct it in the environment or .env.",
            details={"field": name},
        )
    if isinstance(error, tomllib.TOMLDecodeError):
        return BadInput(f"config.toml in WORKBENCH_HOME is no TOML: {error}.", "Correct that line.")
    if isinstance(error, UnicodeDecodeError):
        return BadInput("A settings file, .env or config.toml, is not UTF-8 text.", "Save it as UTF-8.")
    path, reason = getattr(error, "filename", None), getattr(error, "strerror", None)
    return BadInput(f"The settings file {path} cannot be read: {reason}.", "Correct its permissions.")
