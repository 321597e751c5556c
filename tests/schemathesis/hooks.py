"""Half of the messages of partners are mended where chance never hits: the sender is the partner of the
token, the time is now, the id is new, the number is right. So requests get as far as what they ask."""

import itertools
import json
import time

import schemathesis

SENDER = "schemathesis.example.org"
numbers = itertools.count()


def is_mended(body):
    """By the body itself: the same seed tries the same."""
    return len(json.dumps(body, sort_keys=True, default=str)) % 2 == 0


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def items_of(message):
    lists = [value for value in message.values() if isinstance(value, list)]
    return len(lists[0]) if lists else 1


def mended(body):
    if not isinstance(body, dict) or not is_mended(body):
        return body
    if "Gov_Stack_BB" in body:
        return {**body, "Gov_Stack_BB": "BB"}
    header, message = body.get("header"), body.get("message")
    if not isinstance(header, dict) or not isinstance(message, dict):
        return body
    header = {
        **header,
        "message_id": f"s-{next(numbers)}-{time.monotonic_ns()}",
        "message_ts": now(),
        "sender_id": SENDER,
        "total_count": items_of(message),
        "is_msg_encrypted": False,
    }
    for name in ("receiver_id", "sender_uri", "version"):
        header.pop(name, None)
    return {**body, "signature": "unsigned", "header": header}


@schemathesis.hook
def before_call(context, case, kwargs):
    before = case.body
    case.body = mended(before)
    if case.body is not before and case.headers is not None:
        # Our partner signs nothing, and says nothing of it.
        case.headers.pop("Signature", None)
