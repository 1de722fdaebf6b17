#!/usr/bin/env bash
# Builds everything and runs every test. ./test.sh --help says more.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")" || exit 1

usage() {
  cat <<'EOF'
Usage: ./test.sh [OPTION]... [PROJECT]...
Builds the solution with warnings as errors, publishes the server for the end-to-end tests and runs all tests, or those of the
PROJECTs named (folders of tests/: Core.Tests, EndToEnd, ...). Logs and screenshots stay in out/tests.
The last line says how it went: "N passed, N failed" or "N passed, N failed, N skipped". Exit code 0 when nothing failed.

  --filter PATTERN  run the tests whose full name (namespace.class.method) matches, * standing for anything
  --no-install      install nothing, even as root
  --no-build        take what was built and published last time
  --help            this

Lessons are run in full on this machine's namespaces, and a few of them as an ordinary user, on loopback and on the page. More of them, by hand and every night (nightly.yml):
  REUSEADDR_LESSON_HOSTS=loopback ./test.sh Lessons   all that loopback can do; run as an ordinary user, TIME-WAIT is waited out
  REUSEADDR_WAIT_FOR_REAL=1 ./test.sh Lessons         TIME-WAIT is waited out anywhere
  REUSEADDR_ALL_LESSONS=1 ./test.sh EndToEnd --filter '*CatalogueTests*'   all on the page, with pictures
  REUSEADDR_PICTURES=1 ./test.sh EndToEnd             pictures of every page at three sizes, light and dark
As an ordinary user: run any of these as one. docker-compose.yml is tested by tests/compose-test.sh, which plays every lesson that its hosts can.

Needs the .NET 10 SDK. Chromium, iproute2, nftables, strace, tcpdump, tshark, gcc and libc6-dev are installed from the distribution's packages where
this is run as root and apt-get exists; otherwise it says what is missing, and the tests that need it say that they were skipped.
With CI=true whatever is missing is a failure.
EOF
}

install=yes build=yes filter= names=()
while (($#)); do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --filter)
      [[ ${2:-} ]] || { echo "test.sh: --filter takes a pattern such as '*BindRule*'." >&2; exit 2; }
      filter=$2; shift ;;
    --no-install) install=no ;;
    --no-build) build=no ;;
    -*) echo "test.sh: there is no option $1; --help lists them." >&2; exit 2 ;;
    *)
      name=$(basename "$1")
      [[ -f tests/$name/$name.csproj ]] || { echo "test.sh: there is no tests/$name/$name.csproj; name a folder of tests/." >&2; exit 2; }
      names+=("$name") ;;
  esac
  shift
done
whole=0
if ((${#names[@]} == 0)); then
  whole=1
  for project in tests/*/*.csproj; do
    # Benchmarks measure; they are no tests.
    [[ $project == tests/Benchmarks/* ]] || names+=("$(basename "$project" .csproj)")
  done
fi

say() { printf '%s\n' "$*"; }
heading() { printf '\n== %s\n' "$*"; }
results=$PWD/out/tests
published=$PWD/out/published
passed=0 failed=0 skipped=0 missing=()
spelling=cspell@9.8.0

# Each test that failed with the first lines of why, once more at the end, where a cut-off output still shows it.
failures() {
  awk 'FNR == 1 { told = 0 } /^failed / { told = 14 } told && /^(failed |  )/ { print substr($0, 1, 400); told--; next } { told = 0 }' "$results"/*.log 2>/dev/null
}

finish() {
  ((failed)) && heading "Failed" && failures
  heading "Result"
  ((${#missing[@]})) && say "Missing: ${missing[*]} (see above)."
  say "Logs and screenshots: out/tests"
  if ((skipped)); then say "$passed passed, $failed failed, $skipped skipped"; else say "$passed passed, $failed failed"; fi
  exit $((failed > 0))
}

stop() {
  say "$1"
  failed=$((failed + 1))
  finish
}

# Nothing here runs long enough to earn back what gathering profiles costs: a third of the build's time, a quarter of the tests'.
export DOTNET_TieredPGO=0
# No telemetry, no greeting. One compiler for all projects, which takes a third off the build's time; it is ended with the build, and has a file as its output, so that it keeps nobody's open.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=true

rm -rf "$results"
mkdir -p "$results"

heading "What the tests need"
command -v dotnet >/dev/null || stop "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0"
dotnet --version >"$results/sdk.log" 2>&1 || { cat "$results/sdk.log"; stop "The .NET 10 SDK named in global.json is missing: https://dotnet.microsoft.com/download/dotnet/10.0"; }

has() {
  case $1 in
    chromium) command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome ;;
    libc6-dev) [[ -e /usr/include/netinet/tcp.h ]] ;;
    iproute2) command -v ss && command -v ip ;;
    util-linux) command -v unshare ;;
    nftables) command -v nft || [[ -x /usr/sbin/nft ]] ;;
    *) command -v "$1" ;;
  esac >/dev/null
}
look() {
  missing=()
  for package in chromium iproute2 util-linux nftables strace tcpdump tshark gcc libc6-dev; do has "$package" || missing+=("$package"); done
}
look
if ((${#missing[@]})) && [[ $install == yes && $EUID == 0 ]] && command -v apt-get >/dev/null; then
  say "Installing ${missing[*]} (log: out/tests/apt.log)"
  {
    apt-get update -qq
    # The same browser without a window to draw, where the distribution has it: each test costs less.
    apt-cache show chromium-headless-shell >/dev/null 2>&1 && missing=("${missing[@]/%chromium/chromium-headless-shell}")
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
  } >"$results/apt.log" 2>&1 </dev/null || tail -n 5 "$results/apt.log"
  look
fi
if ((${#missing[@]})); then
  say "Missing: ${missing[*]}. Tests that need them are skipped and say so. On Debian or Ubuntu: sudo apt-get install ${missing[*]}"
  [[ ${CI:-} == true ]] && stop "With CI=true everything has to be there."
else
  say "All there: .NET SDK $(tail -n 1 "$results/sdk.log"), Chromium, iproute2, util-linux, nftables, strace, tcpdump, tshark, gcc, libc6-dev."
fi
unshare --user --map-root-user --net true 2>/dev/null ||
  say "This user may not make network namespaces (unshare --user --net): tests that need one are skipped and say so."

end_compiler() { dotnet build-server shutdown --vbcscompiler </dev/null >/dev/null 2>&1; }

# A dot for each that may begin: what is run side by side takes one and puts it back.
exec {slots}<> <(:)
publishing=
if [[ $build == yes ]]; then
  heading "Build (Release, warnings are errors)"
  dotnet build ReuseAddrDashboard.sln -c Release -warnaserror -nodeReuse:false -v quiet </dev/null >"$results/build.log" 2>&1
  code=$?
  cat "$results/build.log"
  ((code == 0)) || { end_compiler; stop "The build failed: out/tests/build.log"; }

  if [[ " ${names[*]} " == *" EndToEnd "* ]]; then
    # Beside the first tests, as one of the three: only the browser's need it.
    (
      rm -rf "$published"
      dotnet publish src/Server -c Release -o "$published" --no-restore -warnaserror -nodeReuse:false -v quiet </dev/null >"$results/publish.log" 2>&1
      echo $? >"$results/publish.code"
      end_compiler
      printf . >&"$slots"
    ) &
    publishing=$!
  else
    end_compiler
  fi
fi
export REUSEADDR_PUBLISHED=$published REUSEADDR_TEST_RESULTS=$results

# The documents' spelling, where a spell checker can be had; it counts as one test of the whole suite.
if ((whole)) && [[ ! $filter ]]; then
  heading "Spelling of the documents"
  if ! command -v npm >/dev/null || ! npm exec --yes --prefer-offline --package="$spelling" -- cspell --version </dev/null >"$results/spelling.log" 2>&1; then
    say "$spelling (npm) cannot be had here: the documents' spelling is not checked."
    skipped=$((skipped + 1))
  elif npm exec --yes --prefer-offline --package="$spelling" -- cspell lint --no-progress --no-summary </dev/null >"$results/spelling.log" 2>&1; then
    passed=$((passed + 1))
  else
    cat "$results/spelling.log"
    say "Mend these words, or add those that are right to docs/words.txt."
    failed=$((failed + 1))
  fi
fi

# One layout of the source, where its tool can be had; it counts as one test of the whole suite.
if ((whole)) && [[ ! $filter ]]; then
  heading "Layout of the source"
  if ! dotnet tool restore </dev/null >"$results/layout.log" 2>&1; then
    say "CSharpier (.config/dotnet-tools.json) cannot be had here: the layout is not checked."
    skipped=$((skipped + 1))
  elif dotnet csharpier check . </dev/null >"$results/layout.log" 2>&1; then
    passed=$((passed + 1))
  else
    head -n 40 "$results/layout.log"
    say "Lay it out with: dotnet csharpier format ."
    failed=$((failed + 1))
  fi
fi

# "  total: 43" and so on: the runner's own summary, the last one in the log.
count() { sed -n "s/^  $1: \([0-9][0-9]*\)\$/\1/p" "$2" | tail -n 1; }

# Runs one project's tests; its output and exit code are in files.
run() {
  local name=$1 program=tests/$1/bin/Release/net10.0/ReuseAddrDashboard.$1
  local options=(--no-progress --no-ansi --results-directory "$results/$name")
  [[ $filter ]] && options+=(--filter-method "$filter")
  if [[ -x $program ]]; then
    timeout --kill-after=20 1800 "$program" "${options[@]}" </dev/null >"$results/$name.log" 2>&1
    echo $? >"$results/$name.code"
  else
    echo "$program is not there. Is tests/$name in the solution (dotnet sln add tests/$name)?" >"$results/$name.log"
    echo 127 >"$results/$name.code"
  fi
}

total=0
report() {
  local name=$1 log=$results/$1.log code ran bad good left
  heading "$name"
  cat "$log"
  code=$(<"$results/$name.code")
  ran=$(count total "$log") bad=$(count failed "$log") good=$(count succeeded "$log") left=$(count skipped "$log")
  total=$((total + ${ran:-0})) passed=$((passed + ${good:-0})) failed=$((failed + ${bad:-0})) skipped=$((skipped + ${left:-0}))
  if [[ -z $ran ]]; then
    ((code == 127)) || say "$name ended with exit code $code and no summary$([[ $code == 124 || $code == 137 ]] && echo ': it took longer than 1800 s')."
    failed=$((failed + 1))
  elif ((ran == 0)); then
    [[ $filter ]] || { say "$name ran no test."; failed=$((failed + 1)); }
  elif ((code != 0 && ${bad:-0} == 0)); then
    say "$name ended with exit code $code although no test failed."
    failed=$((failed + 1))
  fi
}

# What waits for the kernel and what computes goes side by side, three at a time and the longest first; the browser has the machine to itself, since it stands still where others take the processors.
waiting=()
for name in Agent.Tests Lessons Server.Tests Faults Core.Tests "${names[@]}"; do
  [[ $name != EndToEnd && " ${names[*]} " == *" $name "* && " ${waiting[*]} " != *" $name "* ]] && waiting+=("$name")
done
printf '..' >&"$slots"
[[ $publishing ]] || printf . >&"$slots"
begun=()
for name in "${waiting[@]}"; do
  read -rn 1 -u "$slots"
  { run "$name"; printf . >&"$slots"; } &
  begun+=($!)
done
((${#begun[@]})) && wait "${begun[@]}"
if [[ $publishing ]]; then
  wait "$publishing"
  cat "$results/publish.log"
  [[ $(<"$results/publish.code") == 0 ]] || stop "Publishing the server failed: out/tests/publish.log"
fi
for name in "${names[@]}"; do
  [[ $name == EndToEnd ]] && run "$name"
  report "$name"
done
((total > 0)) || stop "No test ran."
finish
