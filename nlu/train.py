"""Train a model (Python 3.10, the NLU's own environment): `python train.py CONFIG DATA FOLDER NAME MEMORY_MB`.

Prints one line at the end, `{"model": …}` or `{"error": …}`; everything Rasa has to say goes to stderr.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys

import sandbox


def main(config: str, data: str, folder: str, name: str, memory_mb: int) -> int:
    """Train with Rasa's Python API; 0 when there is a model."""
    sandbox.before_loading(memory_mb)
    os.nice(10)  # the bot answers people meanwhile
    # Rasa copies every example several times over: looking through millions of live objects for rubbish, again and
    # again, would take longer than the copying.
    gc.disable()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            from rasa.model_training import train_nlu

            model = train_nlu(config, data, folder, fixed_model_name=name)
    except Exception as exc:  # the last stop: whatever went wrong becomes one sentence for the operator
        reason = exc.__cause__ or exc  # Rasa wraps what a component raises
        print(json.dumps({"error": f"{type(reason).__name__}: {reason}"}), flush=True)
        return 1
    print(json.dumps({"model": model}), flush=True)
    return 0 if model else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5], int(sys.argv[5])))
