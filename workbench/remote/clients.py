"""The SDKs' clients, made so that nothing but our settings tells them what to do.

Every argument that an SDK would else take from its own environment variables is given or undone,
and the SDK's own retries are off: see `workbench.remote.retries`.
"""

from __future__ import annotations

from typing import Any

from workbench.remote.failures import Place

__all__ = ["close_cohere", "close_google", "cohere_client", "google_client", "openai_client"]


def openai_client(sdk: Any, key: str, place: Place) -> Any:
    """Make OpenAI's client; what the SDK took from its own environment variables is undone."""
    client = sdk.OpenAI(
        api_key=key or "none",
        base_url=place.address,
        timeout=place.timeout,
        max_retries=0,
    )
    client.organization = client.project = client.admin_api_key = client.webhook_secret = None
    client._custom_headers = {}  # noqa: SLF001 - OPENAI_CUSTOM_HEADERS has no public way out
    return client


def cohere_client(sdk: Any, key: str, place: Place) -> Any:
    """Make Cohere's client of version 2."""
    return sdk.ClientV2(
        api_key=key,
        base_url=place.address,
        timeout=place.timeout,
        max_retries=0,
        log_warning_experimental_features=False,
    )


def close_cohere(client: Any) -> None:
    """Close a client of `cohere_client`; it has no ``close`` of its own."""
    client.__exit__(None, None, None)


def google_client(sdk: Any, key: str, place: Place) -> Any:
    """Make the client of the Gemini Developer API."""
    from google.genai.client import DebugConfig
    from httpx2 import Client

    options = sdk.types.HttpOptions(
        base_url=place.address,
        api_version="v1beta",
        timeout=round(place.timeout * 1000),
        httpx_client=Client(timeout=place.timeout, follow_redirects=True),
    )
    return sdk.Client(
        vertexai=False,
        api_key=key,
        http_options=options,
        debug_config=DebugConfig(client_mode="", replays_directory="", replay_id=""),
    )


def close_google(client: Any) -> None:
    """Close a client of `google_client` and the HTTP client that it was given."""
    inner = client._api_client._http_options.httpx_client  # noqa: SLF001 - given by `google_client`
    client.close()
    inner.close()
