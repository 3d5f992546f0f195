#!/usr/bin/env bash
# Runs every tier of tests and prints `N passed, N failed` last.
#   ./test.sh         everything; installs what is missing on Debian, starts throw-away servers on loopback
#   ./test.sh fast    only what needs no server
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

tier="${1:-all}"
case "$tier" in
    all | fast) ;;
    *) echo "usage: ./test.sh [fast]" >&2; exit 2 ;;
esac

if ! command -v dotnet >/dev/null; then
    echo "The .NET SDK named in global.json is needed: see https://dotnet.microsoft.com/download." >&2
    exit 1
fi

passed=0
failed=0
fail() { echo "FAILED: $1" >&2; failed=$((failed + 1)); }

echo "== build"
if ! dotnet build -c Release -v q; then
    echo "the build failed" >&2
    echo "0 passed, 1 failed"
    exit 1
fi

echo "== format"
dotnet format whitespace --verify-no-changes --no-restore -v q || fail "formatter: run dotnet format whitespace"

# A tier is a test project; its summary is added up.
tier_of() {
    local project="$1" log p f s
    echo "== $project"
    log="$(mktemp)"
    dotnet test --project "tests/$project" -c Release --no-build --output Normal 2>&1 | tee "$log" | grep -vE '^\s*$|^Running tests'
    p=$(sed -nE 's/^ *succeeded: ([0-9]+).*/\1/p' "$log" | tail -1)
    f=$(sed -nE 's/^ *failed: ([0-9]+).*/\1/p' "$log" | tail -1)
    s=$(sed -nE 's/^ *skipped: ([0-9]+).*/\1/p' "$log" | tail -1)
    rm -f "$log"
    passed=$((passed + ${p:-0}))
    failed=$((failed + ${f:-0}))
    [ -n "$p" ] || fail "$project did not run"
    [ "${s:-0}" = 0 ] || fail "$project skipped $s tests"
}

tier_of Architecture.Tests
tier_of Domain.Tests
tier_of Import.Tests
tier_of Drivers.Tests
tier_of Simulation
if [ "$tier" = all ]; then
    ./tests/install.sh || fail "what the tests need could not be installed"
    tier_of Sip.Tests
    tier_of Store.Tests
    tier_of Grains.Tests
    tier_of Gateway.Tests
    tier_of Cluster.Tests
    tier_of Commands.Tests
    tier_of Crash.Tests
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
