"""A small stand-in for `nlu/worker.py`: the same pipe, no Rasa, and misbehaviour on request."""

import json
import os
import sys
import time

print(json.dumps({"ready": {"sandbox": ["no-network"]}}), flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    match asked["text"]:
        case "die":
            os._exit(1)
        case "nonsense":
            print("nonsense", flush=True)
        case "flood":
            print("x" * 200_000, flush=True)
        case "other id":
            print(json.dumps({"id": asked["id"] + 1, "reply": {}}), flush=True)
        case "slow":
            time.sleep(0.06)
    intent = (
        {"name": "greet", "confidence": 0.9}
        if asked["text"] != "environment"
        else {"name": json.dumps(dict(os.environ))}
    )
    length = len(asked["text"])
    reply = {"intent": intent, "intent_ranking": [intent], "entities": [{"entity": "length", "value": length}]}
    print(json.dumps({"id": asked["id"], "reply": reply}), flush=True)
