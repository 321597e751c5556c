"""The demonstration's accounts: who there is of a role, with a token; and the district they are of."""

import json
import sys
import urllib.request


def login_of(accounts, beginning):
    """The first login with this beginning; a citizen's is a number of 14 digits."""
    if beginning == "citizen":
        return next(login for login in sorted(accounts) if login.isdigit() and len(login) == 14)
    return next(login for login in sorted(accounts) if login.startswith(beginning))


def token(address, login, secret):
    body = json.dumps({"login": login, "secret": secret}).encode()
    request = urllib.request.Request(
        address + "/api/sign-in", data=body, headers={"Content-Type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as answer:
        return json.load(answer)["token"]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        accounts = json.load(file)
    if sys.argv[2] == "district":
        print(login_of(accounts, "officer-").split("-")[1])
        return
    login = login_of(accounts, sys.argv[3])
    print(token(sys.argv[2], login, accounts[login]))


main()
