"""Files of the guest on this machine: out of shared directories, and out of the image without a mount."""
import hashlib
import os
import re
import subprocess

# What the guest says is its word: a path with anything else is not looked for.
PLAIN = re.compile(r"/[A-Za-z0-9_./+@:=,~-]*\Z")
LIMIT_SECONDS = 60


class Files:
    def __init__(self, settings):
        self.settings = settings
        self.found = {}

    def on_host(self, path):
        """A file of this machine with the content of the guest's, or None."""
        if path not in self.found:
            self.found[path] = self._find(path) if PLAIN.match(path) and ".." not in path.split("/") else None
        return self.found[path]

    def _find(self, path):
        for place in self.settings.places:
            inside = os.path.relpath(path, place["guest"]) if path.startswith(place["guest"].rstrip("/") + "/") else None
            if inside is None:
                continue
            root = os.path.realpath(place["host"])
            real = os.path.realpath(os.path.join(root, inside))
            # A link that leads elsewhere in the guest leads elsewhere here.
            if (real == root or real.startswith(root.rstrip("/") + "/")) and os.path.isfile(real):
                return real
        return self._from_image(path)

    def _from_image(self, path):
        if self.settings.image is None:
            return None
        to = os.path.join(self.settings.scratch, hashlib.sha256(path.encode()).hexdigest()[:16] + "-" + os.path.basename(path))
        try:
            subprocess.run(
                ["debugfs", "-R", "dump %s %s" % (path, to), self.settings.image],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return to if os.path.isfile(to) and os.path.getsize(to) > 0 else None
