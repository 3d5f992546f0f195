#!/usr/bin/env bash
# ./crash.sh N [SEED]: kills the real program N times on each engine, and compares the carrier's ledger with the books.
set -euo pipefail
cd "$(dirname "$0")"
export DIALER_CRASH_KILLS="${1:?usage: ./crash.sh N [SEED]}" DIALER_CRASH_SEED="${2:-$RANDOM}"
./tests/install.sh
dotnet build -c Release -v q tests/Crash.Tests
exec dotnet test --project tests/Crash.Tests -c Release --no-build --output Detailed -- --filter-class '*CrashTests'
