#!/usr/bin/env bash
# ./bench.sh [engine|tries|million|import|sip|sip-driver|sip-dialer|sip-hold|api|api-report]: prints one table of figures, each beside what it is held against, measured in the same run.
# About ten minutes on two quiet cores. Servers are throw-away, on loopback.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
./tests/install.sh
dotnet build -c Release -v q tests/Benchmarks
exec dotnet artifacts/bin/Benchmarks/release/Benchmarks.dll "$@"
