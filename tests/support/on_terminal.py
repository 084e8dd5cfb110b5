"""Runs a command on a terminal of its own, prints what the terminal shows, and types Ctrl-C at a line of standard input.

    on_terminal.py COMMAND [ARGUMENT ...]
"""

import os
import pty
import signal
import sys
import threading


def typed(terminal: int) -> None:
    for _ in sys.stdin:
        os.write(terminal, b"\x03")


def main(command: list[str]) -> int:
    # Whoever runs this in the background has it ignored.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    threading.Thread(target=typed, args=[terminal], daemon=True).start()
    while True:
        try:
            shown = os.read(terminal, 65536)
        except OSError:  # Linux: the other end is closed.
            shown = b""
        if not shown:
            break
        sys.stdout.buffer.write(shown)
        sys.stdout.buffer.flush()
    _, status = os.waitpid(pid, 0)
    # As shells count signals.
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)


# Not sys.exit(): a thread may wait for a line for ever.
os._exit(main(sys.argv[1:]))
