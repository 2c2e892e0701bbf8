"""Who runs PostgreSQL: it refuses to be root, so root has to step down first."""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from banner_lab.stack.errors import CannotStart
from banner_lab.stack.processes import run

NOBODY = 65534
# A user namespace in which root is called nobody: no new user, files stay root's.
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")


@dataclass(frozen=True, slots=True)
class Identity:
    """`prefix` goes before a command; `user` is the uid its process takes (None: stay)."""

    prefix: tuple[str, ...] = ()
    user: int | None = None

    @property
    def owner(self) -> int:
        """The uid that has to own the data folder."""
        return os.geteuid() if self.user is None else self.user


def namespaces_work() -> bool:
    """Whether root may open a user namespace here; many containers forbid it."""
    return shutil.which("unshare") is not None and run([*NAMESPACE, "true"]).returncode == 0


def choose(state: Path) -> Identity:
    """The least intrusive way to run as somebody other than root."""
    if os.geteuid() != 0:
        return Identity()
    if namespaces_work():
        return Identity(prefix=NAMESPACE)
    return step_down(state)


def step_down(state: Path) -> Identity:
    """Root becomes nobody for good, which has to reach the state folder on its own feet."""
    require_reachable(state)
    state.chmod(0o711)
    return Identity(user=NOBODY)


def require_reachable(folder: Path) -> None:
    """Raise CannotStart when a user without rights cannot even get to `folder`."""
    barred = [parent for parent in folder.resolve().parents if not _others_may_enter(parent)]
    if barred:
        raise CannotStart(
            f"PostgreSQL refuses to run as root, and no other user can enter {barred[-1]}.",
            hint="Start as an ordinary user, set LAB_STATE to a folder such as "
            "/var/lib/banner-lab, or set DATABASE_URL to a PostgreSQL of your own.",
        )


def _others_may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def hand_over(path: Path, identity: Identity) -> None:
    """Give a file or tree to the identity's user, e.g. after the way of stepping down changed."""
    if os.geteuid() != 0 or path.stat().st_uid == identity.owner:
        return
    for entry in (path, *path.rglob("*")):
        os.chown(entry, identity.owner, identity.owner, follow_symlinks=False)


def reachable_copy(installation: Path, *, state: Path, identity: Identity) -> Path:
    """The program folder itself, or a copy that nobody can read where a venv is closed to it."""
    if identity.user is None:
        return installation
    package = installation.parent
    server = (installation / "bin" / "postgres").stat()
    # Named after the program inside: an update of the wheel is copied anew.
    copies = state / "programs" / f"{server.st_size}-{server.st_mtime_ns}"
    if not copies.exists():
        fresh = copies.with_name("new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(installation, fresh / package.name / installation.name, symlinks=True)
        # Wheels keep the libraries they bring along beside the package, found relative to it.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_for_reading(copies.parent)
        fresh.rename(copies)
    return copies / package.name / installation.name


def _open_for_reading(tree: Path) -> None:
    for entry in (tree, *tree.rglob("*")):
        if not entry.is_symlink():
            executable = entry.stat().st_mode & stat.S_IXUSR
            entry.chmod(0o755 if executable else 0o644)
