#!/usr/bin/env bash
# ./sim.sh         runs the simulation's worlds (DIALER_SIM_SEEDS=n sets how many)
# ./sim.sh SEED    runs one world and tells what broke, with its last events
set -euo pipefail
cd "$(dirname "$0")"
[ $# -eq 0 ] || export DIALER_SIM_SEED="$1"
dotnet build -c Release -v q tests/Simulation
exec dotnet test --project tests/Simulation -c Release --no-build --output Detailed
