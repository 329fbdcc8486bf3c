"""`./run bench [name ...]`: the published figures, each beside its reference in the same run."""

import runpy
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def main(arguments: list[str]) -> int:
    """Runs the benches named, or all; what follows a name and begins with a hyphen is its own."""
    chosen: list[list[str]] = []
    for argument in arguments:
        if argument.startswith("-") or argument.isdecimal():
            if not chosen:
                print(f"Name a bench before its options: {', '.join(NAMES)}.", file=sys.stderr)
                return 2
            chosen[-1].append(argument)
        elif argument in NAMES:
            chosen.append([argument])
        else:
            print(f"There is no bench {argument!r}: choose from {', '.join(NAMES)}.", file=sys.stderr)
            return 2
    for name, *options in chosen or [[name] for name in NAMES]:
        print(f"\n## {name}\n", flush=True)
        sys.argv = [f"bench/{name}.py", *options]
        try:
            runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            if end.code:
                return int(end.code) if isinstance(end.code, int) else 1
    return 0


sys.exit(main(sys.argv[1:]))
