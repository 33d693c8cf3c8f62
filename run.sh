#!/usr/bin/env bash
# The one way in: people and pipelines type the same words.
#
#   ./run.sh                     check scenarios/library/flash-sale.yaml: can our service take it?
#   ./run.sh test [suite…]       all tests, the `fast` ones (no sockets, no browser), or suites (folders of tests/Capacity.Tests);
#                                only by name: `conformance` (recordings of the real programs), `differential` (those
#                                programs); `theory` then takes all requests it needs; `swarm` is with the real swarm,
#                                `realswarm` that alone: a Docker engine of its own, for about a minute, which is said
#                                and counted as skipped where the machine cannot run one
#   ./run.sh lint                format, analyzers, warnings as errors
#   ./run.sh bench [argument…]   benchmarks: sim, rules, load, whatif, tune, regression, or the arguments of
#                                BenchmarkDotNet
#   ./run.sh WORD…               capacity WORD…, for example ./run.sh validate scenario.yaml
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
out="$root/artifacts"
readonly root out
readonly environment_failed=4
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDTERMINALLOGGER=off

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $1"
  shift
  for line in "$@"; do say "  = $line"; done
  exit "$environment_failed"
}

# --- what the build needs -----------------------------------------------------------------------------------------

# Installs Debian or Ubuntu packages as root; tells the command to everybody else.
packages() {
  local why="$1"
  shift
  command -v apt-get > /dev/null || fail "$why" "install $*, then run this again"
  [[ "$(id -u)" -eq 0 ]] || fail "$why" "run: sudo apt-get install -y $*"
  say "setting up: $* ($why)"
  mkdir -p "$out"
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } \
    > "$out/apt.log" 2>&1 || fail "apt-get could not install $*" "see artifacts/apt.log"
}

need_dotnet() {
  local sdk="" folder
  for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet; do
    if [[ -n "$folder" && -x "$folder/dotnet" ]] && ! command -v dotnet > /dev/null; then PATH="$folder:$PATH"; fi
  done
  if command -v dotnet > /dev/null; then sdk="$(cd / && dotnet --list-sdks 2> /dev/null | grep -c '^10\.' || true)"; fi
  if [[ "${sdk:-0}" -eq 0 ]]; then
    if command -v apt-cache > /dev/null && apt-cache show dotnet-sdk-10.0 > /dev/null 2>&1; then
      packages "the .NET SDK 10 is missing" ca-certificates dotnet-sdk-10.0
    else
      fail "the .NET SDK 10 is missing, and this system has no package for it" \
        "install it as https://dotnet.microsoft.com/download/dotnet/10.0 says (into \$HOME/.dotnet is enough), then run this again"
    fi
  fi
}

need_node() {
  [[ -f "$root/reports/web/package.json" ]] || return 0
  local major
  major="$(node --version 2> /dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)"
  if [[ "${major:-0}" -lt 20 ]] || ! command -v npm > /dev/null; then
    packages "Node.js 20 builds the report page" ca-certificates nodejs npm
    major="$(node --version 2> /dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)"
    [[ "${major:-0}" -ge 20 ]] || fail "Node.js ${major:-} is too old for the report page" "install Node.js 20 or newer"
  fi
}

need_chromium() {
  if [[ -z "${CAPACITY_NO_CHROMIUM:-}" && ! -x /usr/bin/chromium ]]; then
    packages "the page tests need a browser (CAPACITY_NO_CHROMIUM=1 goes without)" chromium
  fi
}

# What `test differential` compares with.
need_prometheus() {
  if ! command -v promtool > /dev/null || ! command -v prometheus-alertmanager > /dev/null; then
    packages "the differential tests run the real programs" prometheus prometheus-alertmanager
  fi
}

# What `bench load` compares with: the server and wrk always, the others with --peers.
need_load_peers() {
  local peers="$out/peers"
  if ! command -v nginx > /dev/null || ! command -v wrk > /dev/null || ! command -v taskset > /dev/null; then
    packages "bench load runs wrk against nginx" nginx wrk util-linux
  fi
  if [[ " $* " == *" --peers "* ]]; then
    if ! command -v ab > /dev/null || ! command -v h2load > /dev/null; then
      packages "bench load --peers runs ab and h2load" apache2-utils nghttp2-client
    fi
    need_node
    if [[ ! -x "$peers/node_modules/.bin/artillery" || ! -x "$peers/node_modules/.bin/autocannon" ]]; then
      say "setting up: autocannon and artillery (bench load --peers runs them)"
      mkdir -p "$peers"
      npm install --prefix "$peers" --no-fund --no-audit --ignore-scripts autocannon artillery > "$out/npm-peers.log" 2>&1 \
        || say "warning: npm could not install autocannon and artillery: they are left out (see artifacts/npm-peers.log)"
    fi
    export PATH="$peers/node_modules/.bin:$PATH" ARTILLERY_DISABLE_TELEMETRY=true
  fi
}

# --- building -------------------------------------------------------------------------------------------------------

# Builds a project in Release if a source is newer than its last build. Silent, unless it takes long or fails.
build() {
  local project="$1" stamp changed
  stamp="$out/built-$(basename "$project")"
  mkdir -p "$out"
  exec 9> "$out/build.lock"
  if command -v flock > /dev/null; then flock 9; fi
  if [[ -f "$stamp" ]]; then
    changed="$(cd "$root" && find scenarios swarm sim reports tests ./*.props ./*.json ./.editorconfig \
      \( -name node_modules -o -name dist -o -path reports/out -o -name '*.received' \) -prune \
      -o -newer "$stamp" \( -name '*.cs' -o -name '*.csproj' -o -name '*.props' -o -name '*.json' -o -path 'reports/web/*' \
      -o -type d \) -print -quit)"
    if [[ -z "$changed" ]]; then
      exec 9>&-
      return 0
    fi
  else
    say "setting up: building $(basename "$project") (the first time takes about a minute)"
  fi
  local started
  started="$(mktemp "$out/building.XXXXXX")" # its time is the start of the build: a change while it runs counts
  if ! (cd "$root" && dotnet build "$project" -c Release --nologo -v q -p:RunAnalyzers=false \
    -p:EnforceCodeStyleInBuild=false) > "$out/build.log" 2>&1; then
    rm -f "$started"
    grep -E '(error|warning) [A-Z]+[0-9]+' "$out/build.log" | sed -E 's/ \[[^]]*\]$//' | sort -u | head -40 >&2 \
      || tail -20 "$out/build.log" >&2
    say "error: the build failed; everything it said is in artifacts/build.log"
    exec 9>&-
    return "$environment_failed"
  fi
  mv -f "$started" "$stamp"
  exec 9>&-
}

capacity() {
  need_dotnet
  need_node
  build reports/Capacity.Cli
  exec "$out/bin/Capacity.Cli/release/capacity" "$@"
}

# --- tests ----------------------------------------------------------------------------------------------------------

# The suites are the folders that hold tests.
suites() { (cd "$root/tests/Capacity.Tests" && for d in */; do compgen -G "$d*Tests.cs" > /dev/null && echo "${d%/}"; done); }

run_tests() {
  local filter=() tables=() word known name table
  if [[ $# -eq 0 ]]; then set -- all; fi
  for word in "$@"; do
    known=""
    for name in $(suites); do
      if [[ "${name,,}" == "${word,,}" ]]; then known="$name"; fi
    done
    if [[ "$word" == all ]]; then
      need_chromium
    elif [[ "$word" == fast ]]; then
      filter=(-trait- Category=EndToEnd) # no sockets, no browser
    elif [[ -n "$known" ]]; then
      case "$known" in
        Reports) need_chromium ;;
        Swarm) filter+=(-namespace Capacity.Tests.RealSwarm) ;;
        Theory)
          export CAPACITY_THEORY=full # as many requests as half a percent needs
          tables+=("$out/theory.txt")
          ;;
        Differential) need_prometheus ;;&
        Conformance | Differential) # these print tables, and run only when they are asked for
          filter+=(-explicit on)
          tables+=("$out/${word,,}.txt")
          ;;
      esac
      filter+=(-namespace "Capacity.Tests.$known" -namespace "Capacity.Tests.$known.*")
    else
      say "error: there is no test suite '$word'"
      say "  = there are: all fast $(suites | tr '[:upper:]\n' '[:lower:] ')"
      exit 2
    fi
  done
  local code=0 results="$out/tests.xml" plain=()
  if [[ ! -t 1 || -n "${NO_COLOR:-}" ]]; then plain=(-noColor); fi
  rm -f "$results" "${tables[@]}"
  need_dotnet
  need_node
  if build tests/Capacity.Tests; then
    "$out/bin/Capacity.Tests/release/Capacity.Tests" "${filter[@]}" "${plain[@]}" -noLogo -xml "$results" || code=$?
  else
    code=$?
  fi
  for table in "${tables[@]}"; do
    if [[ -f "$table" ]]; then printf '\n%s\n' "$(< "$table")"; fi
  done
  summarize "$results" "$code"
}

# Last line: `N passed, N failed[, N skipped]`, from the runner's own file; without one, the run itself is what failed.
summarize() {
  local results="$1" code="$2" passed=0 failed=0 skipped=0 errors=0 assembly
  assembly="$(grep -o '<assembly [^>]*>' "$results" 2> /dev/null | head -1 || true)"
  count() { sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p" <<< "$assembly"; }
  passed="$(count passed)" failed="$(count failed)" skipped="$(count skipped)" errors="$(count errors)"
  failed=$((${failed:-0} + ${errors:-0}))
  if [[ -z "$assembly" || $((${passed:-0} + failed + ${skipped:-0})) -eq 0 ]]; then
    if [[ "$code" -eq 0 ]]; then code=1; fi
    passed=0 failed=1
  elif [[ "$code" -ne 0 && "$failed" -eq 0 ]]; then
    failed=1 # the runner itself broke after its tests
  elif [[ "$code" -eq 0 && "$failed" -gt 0 ]]; then
    code=1
  fi
  grep -o 'NOT TESTED[^]<]*' "$results" 2> /dev/null | sort -u | sed 's/^/\nwarning: /' || true
  local line="${passed:-0} passed, $failed failed"
  if [[ "${skipped:-0}" -gt 0 ]]; then line="$line, $skipped skipped"; fi
  printf '\n%s\n' "$line"
  exit "$code"
}

# --- the words ------------------------------------------------------------------------------------------------------

case "${1:-}" in
  "")
    cd "$root"
    capacity check scenarios/library/flash-sale.yaml
    ;;
  test)
    run_tests "${@:2}"
    ;;
  lint)
    need_dotnet
    need_node
    cd "$root"
    dotnet restore Capacity.sln -v q
    dotnet format whitespace Capacity.sln --no-restore --verify-no-changes # style and analyzers are the build's
    dotnet build Capacity.sln --no-incremental --nologo -v q
    say "lint: nothing to say"
    ;;
  bench)
    need_dotnet
    need_node
    if [[ "${2:-}" == load ]]; then need_load_peers "${@:3}"; fi
    cd "$root"
    exec dotnet run -c Release --project tests/Capacity.Benchmarks -- "${@:2}"
    ;;
  *)
    capacity "$@"
    ;;
esac
