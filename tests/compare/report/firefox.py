"""The system's own Firefox, driven by WebDriver BiDi, which it speaks itself: playwright only
drives builds of its own. As much of a playwright page as `Opened` and the tests ask for."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("firefox-esr", "firefox")

# Stands still at first, as most tests need it; plays without being asked; asks nobody; and pictures
# of file: may be read, which only a test does.
PREFERENCES = {
    "ui.prefersReducedMotion": 1,
    "media.autoplay.default": 0,
    "security.fileuri.strict_origin_policy": False,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "remote.prefs.recommended": True,
}

KEYS = {
    "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015",
    "Escape": "\ue00c", "Backspace": "\ue003", "Space": " ",
}  # fmt: skip


def find_firefox() -> str | None:
    named = os.environ.get("RENDER_TEST_FIREFOX")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """Firefox's first tab."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._number = 0
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.keyboard = self

    def send(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message))
        while True:
            got = json.loads(self._socket.recv(timeout=60))
            if got.get("method") == "log.entryAdded":
                self.complaints.append(got["params"]["text"])
            elif got.get("method") == "network.beforeRequestSent":
                self.requests.append(got["params"]["request"]["url"])
            elif got.get("id") == self._number:
                assert got["type"] == "success", got
                return got["result"]

    def begin(self) -> None:
        self.send("session.new", capabilities={})
        self._tab = self.send("browsingContext.getTree")["contexts"][0]["context"]
        self.send("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])

    def goto(self, url: str, width: int = 1280, height: int = 900) -> None:
        size = {"width": width, "height": height}
        self.send("browsingContext.setViewport", context=self._tab, viewport=size)
        self.send("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def evaluate(self, expression: str, argument: Any = None) -> Any:
        """Its value, which has to be JSON's; of a function, what it makes of the argument."""
        called = f"(async () => {{ let it = ({expression}); if (typeof it === 'function')"
        called += f" it = await it({json.dumps(argument)}); return JSON.stringify(it); }})()"
        found = self.send(
            "script.evaluate",
            expression=called,
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        assert found["type"] == "success", found["exceptionDetails"]["text"]
        text = found["result"].get("value")
        return None if text is None else json.loads(text)

    def press(self, key: str) -> None:
        value = KEYS.get(key, key)
        strokes = [{"type": "keyDown", "value": value}, {"type": "keyUp", "value": value}]
        source = {"type": "key", "id": "keyboard", "actions": strokes}
        self.send("input.performActions", context=self._tab, actions=[source])

    def screenshot(self, clip: dict[str, float] | None = None) -> bytes:
        part = {} if clip is None else {"clip": {"type": "box", **clip}}
        shot = self.send("browsingContext.captureScreenshot", context=self._tab, **part)
        return base64.b64decode(shot["data"])

    def wait_for_timeout(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)


@contextmanager
def running(path: str, profile: Path) -> Iterator[Page]:
    from websockets.sync.client import connect

    lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    command = [path, "--headless", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(
        [*command, "--remote-debugging-port", "0"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        with connect(f"{_address(process)}/session", max_size=None, proxy=None) as socket:
            page = Page(socket)
            page.begin()
            yield page
            page.send("browser.close")
        process.wait(20)
    finally:
        process.kill()
        process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"BiDi listening on (ws://\S+)", line):
            return found[1]
    raise AssertionError(f"Firefox did not start: {''.join(said)[-2000:]}")
