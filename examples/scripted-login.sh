#!/bin/sh
# A login without a terminal, for a nightly job. The password and the TOTP key are in files that only its user can read.
#   scripted-login.sh NAME SERVER PASSWORD-FILE KEY-FILE
# The exit code is 0, 3 (refused), 4 (try again later), 5 (the server has another key) or 6 (no connection).
set -eu
code=$(oathtool --totp --base32 - <"$4")
exec countersign login "$1" --server "$2" --password-file "$3" --code "$code" --json </dev/null
