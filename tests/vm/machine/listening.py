"""Whether somebody listens on a Unix socket, which has its name a moment before, and its place in
the table until it is closed, its file there or not."""

ACCEPTS = 0x10000  # the kernel's __SO_ACCEPTCON


def listens(path):
    with open("/proc/net/unix", encoding="utf-8") as file:
        next(file)
        # Number, references, protocol, flags, type, state, inode, and a path if it has one.
        sockets = [line.split(maxsplit=7) for line in file]
    return any(int(words[3], 16) & ACCEPTS for words in sockets if words[7:] == [f"{path}\n"])
