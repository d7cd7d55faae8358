"""Programs that page through whole lists over connections that stay open."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp

from benchmarks.serving.asked import answer, question


async def page(reader: dict[str, Any], url: str, limit: int, took: list[float]) -> list[str]:
    """Read a list from its beginning to its end."""
    ids: list[str] = []
    # An address for each, for those of one address share its limit.
    connector = aiohttp.TCPConnector(local_addr=(reader["address"], 0), limit=1)
    async with aiohttp.ClientSession(url, connector=connector, headers=reader["headers"]) as session:
        for _ in range(reader["times"]):
            cursor = {}
            while True:
                began = time.perf_counter()
                query = {"limit": str(limit), **cursor}
                async with session.get("api/chat/conversations", params=query) as reply:
                    assert reply.status == 200, await reply.text()
                    told = await reply.json()
                took.append(time.perf_counter() - began)
                ids += [item["id"] for item in told]
                if "X-Next-Cursor" not in reply.headers:
                    break
                cursor = {"cursor": reply.headers["X-Next-Cursor"]}
    return ids


async def all_of(given: dict[str, Any]) -> dict[str, Any]:
    """Let readers read over so many connections, one after the other on each."""
    readers, took, ids = list(given["readers"]), [], {}

    async def work() -> None:
        while readers:
            reader = readers.pop()
            ids[reader["name"]] = await page(reader, given["url"], given["limit"], took)

    used, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(given["connections"])))
    seconds = time.perf_counter() - began
    core = (time.process_time() - used) / seconds
    return {"seconds": seconds, "took": took, "ids": ids, "core": core}


async def main() -> None:
    while given := question():
        answer(await all_of(given))


if __name__ == "__main__":
    asyncio.run(main())
