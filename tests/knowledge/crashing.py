"""Run as a program: kill a process that adds, deletes and reindexes, again and again, and look after it."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

from tests.knowledge.words import register
from workbench.settings import load_settings
from workbench.studio import Studio

LOOK_EVERY = 10


def _text(dice: random.Random, word: str) -> str:
    """Return a text that says its own word in each paragraph; one in eight fills more than a transaction."""
    paragraphs = 1400 if dice.random() < 0.125 else dice.randrange(1, 12)
    return "\n\n".join(f"{word} {n} " + " ".join(dice.choices("abcdefgh", k=90)) for n in range(paragraphs))


def work_until_killed(home: str, out: int, seed: int) -> None:
    """Do one thing after another; tell through the pipe what was done when it was."""
    studio = Studio(load_settings(workbench_home=home))
    dice = random.Random(seed)
    base = studio.vectors.find_knowledge_base(studio.user_id, "crash")
    for number in range(10_000):
        word = f"word{seed}x{number}"
        done = dice.choices(["add", "delete", "remove", "reindex", "search"], [6, 2, 1, 2, 2])[0]
        files = [file["file_id"] for file in studio.vectors.files(base)]
        if done == "add" or not files:
            made = studio.vectors.add_text(base, _text(dice, word), word)
            os.write(out, f"added {made} {word}\n".encode())
        elif done == "delete":
            os.write(out, f"deleting {(chosen := dice.choice(files))} -\n".encode())
            studio.files.delete_file(chosen, studio.user_id)
            os.write(out, f"deleted {chosen} -\n".encode())
        elif done == "remove":
            os.write(out, f"deleting {(chosen := dice.choice(files))} -\n".encode())
            studio.vectors.remove_file(base, chosen)
            os.write(out, f"deleted {chosen} -\n".encode())
        elif done == "reindex":
            studio.vectors.reindex(base, embedder=dice.choice(["words:one", "words:two"]))
        else:
            studio.vectors.search(base, "a b c", 5, 0)


def look(home: str, told: list[tuple[str, str, str]]) -> list[str]:
    """Return what is wrong after a kill."""
    studio = Studio(load_settings(workbench_home=home))
    base = studio.vectors.find_knowledge_base(studio.user_id, "crash")
    wrong = studio.vectors.verify(base) + studio.database.integrity() + studio.runs.verify()
    files = {file["file_id"]: file for file in studio.vectors.files(base)}
    wrong += [
        f"{file['filename']} is processing" for file in files.values() if file["status"] == "processing"
    ]
    deleted = {file_id for what, file_id, _ in told if what == "deleted"}
    maybe = {file_id for what, file_id, _ in told if what == "deleting"}
    for what, file_id, word in told:
        if what != "added":
            continue
        hits = studio.vectors.search(base, word, 20, 0, record=False)
        found = {place["file_id"] for hit in hits for place in (hit.to_dict(), *hit.duplicates)}
        if file_id in deleted and file_id in found:
            wrong.append(f"{word} was deleted and is found")
        if file_id not in maybe and (file_id not in found or files[file_id]["status"] != "ready"):
            wrong.append(f"{word} was added and is not found")
    for file_id, file in files.items():
        hits = studio.vectors.search(
            base, file["filename"], 50, 0, filters={"file_id": file_id}, record=False
        )
        if bool(len(hits)) != (file["status"] == "ready"):
            wrong.append(f"{file['filename']} is {file['status']} and {len(hits)} passages of it are found")
    studio.close()
    return wrong


def main(home: str, times: int) -> None:
    """Fork a worker, kill it at a random instant, ``times`` times over."""
    register()
    studio = Studio(load_settings(workbench_home=home))
    studio.files.create_knowledge_base(studio.user_id, "crash", embedder="words:one")
    studio.close()
    dice = random.Random(20261123)
    told: list[tuple[str, str, str]] = []
    wrong: list[str] = []
    for round_ in range(times):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            work_until_killed(home, writing, round_)
        os.close(writing)
        time.sleep(dice.uniform(0.2, 1.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as pipe:
            told += [tuple(line.split()) for line in pipe if line.endswith("\n")]
        if round_ % LOOK_EVERY == LOOK_EVERY - 1:
            checker = os.fork()  # so that no index is open where the next worker is forked
            if checker == 0:
                problems = look(home, told)
                sys.stdout.write("".join(f"after {round_ + 1} kills: {line}\n" for line in problems))
                sys.stdout.flush()
                os._exit(0 if not problems else 1)
            if os.waitpid(checker, 0)[1]:
                wrong.append(f"{round_ + 1}")
    counts = {what: sum(line[0] == what for line in told) for what in ("added", "deleted")}
    sys.stdout.write(json.dumps({"wrong": wrong, **counts}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
