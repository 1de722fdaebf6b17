#!/usr/bin/env bash
# Brings docker-compose.yml up under a name, a port and a network of its own, runs the article's scenarios and then
# every lesson of the catalogue through the HTTP API, and takes it down again.
# Needs docker, docker-compose (or docker compose) and curl. The last line is "N passed, N failed"; exit code 0 when nothing failed.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.." || exit 1
passed=0 failed=0

check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@"; then
    passed=$((passed + 1)) && echo "ok   $name"
  else
    failed=$((failed + 1)) && echo "FAIL $name"
  fi
}

if docker compose version >/dev/null 2>&1; then compose=(docker compose); else compose=(docker-compose); fi
for tool in docker "${compose[0]}" curl; do
  command -v "$tool" >/dev/null || { echo "compose-test: $tool is missing."; echo "0 passed, 1 failed"; exit 1; }
done

project=reuseaddrtest$$
export COMPOSE_PROJECT_NAME=$project REUSEADDR_TAG=$project REUSEADDR_PORT=0 # 0: any free port
answers=$(mktemp -d)
leave() {
  "${compose[@]}" down --volumes --remove-orphans --timeout 3 >/dev/null 2>&1
  docker rmi "reuseaddr-dashboard:$project" "reuseaddr-agent:$project" >/dev/null 2>&1
  rm -rf "$answers"
}
trap leave EXIT

echo "building (log only when it fails)"
if ! "${compose[@]}" build >"$answers/build.log" 2>&1; then
  tail -n 40 "$answers/build.log"
  echo "0 passed, 1 failed"
  exit 1
fi

# The addresses that the documents name, or others where this machine has that network already (libvirt, another run of this test).
up() {
  local network
  for network in 192.168.122 "192.168.$((RANDOM % 50 + 150))" "10.$((RANDOM % 100 + 100)).$((RANDOM % 250))" "10.$((RANDOM % 50 + 200)).$((RANDOM % 250))"; do
    [[ $(cat /proc/net/route) == *$(printf '\t%02X%02X%02X%02X\t' 0 "${network##*.}" "$(cut -d. -f2 <<<"$network")" "${network%%.*}")* ]] && continue
    export REUSEADDR_NETWORK=$network
    "${compose[@]}" up -d >"$answers/up.log" 2>&1 && return
    grep -qi 'overlap' "$answers/up.log" || break
    "${compose[@]}" down --volumes >/dev/null 2>&1
  done
  tail -n 20 "$answers/up.log"
  return 1
}
check "docker-compose up" up

# Waits up to 60 s until a command succeeds; there is no event to wait for across the containers' border.
within() {
  local end=$((SECONDS + 60))
  until "$@"; do
    ((SECONDS < end)) || return 1
    sleep 0.3
  done
}

address=$("${compose[@]}" port dashboard 8080)
url=http://$address
get() { curl -sS --max-time 10 -o "$answers/body" "$url$1" 2>/dev/null; }
healthy() { [[ $(docker inspect --format '{{.State.Health.Status}}' "$("${compose[@]}" ps -q dashboard)") == healthy ]]; }
answers_ok() { get /healthz && [[ $(<"$answers/body") == ok ]]; }
both_joined() { get /api/labs && [[ $(grep -o '"connected":true' "$answers/body" | wc -l) == 2 ]]; }
on_loopback() { [[ $address == 127.0.0.1:* ]]; }
announced() { grep -q "\"address\":\"$REUSEADDR_NETWORK.68\"" "$answers/body" && grep -q "\"address\":\"$REUSEADDR_NETWORK.177\"" "$answers/body"; }
page() { get / && grep -qi '<html' "$answers/body"; }

check "the port is published on loopback only" on_loopback
check "the dashboard answers on the published port" within answers_ok
check "its health check succeeds" within healthy
check "both hosts join" within both_joined
check "they announce their addresses" announced
check "the page is served" page

# Plays a scenario; its rebind must end as told.
play() { # SCENARIO PORT EXPECTED-REBIND
  local location
  location=$(curl -sS --max-time 20 -D - -o "$answers/body" -H 'Content-Type: application/json' \
    -d "{\"scenario\":\"$1\",\"ports\":{\"main\":$2},\"pauseMs\":0,\"play\":true}" "$url/api/labs/local/runs" | tr -d '\r' | sed -n 's/^[Ll]ocation: *//p')
  [[ $location ]] || { cat "$answers/body"; return 1; }
  completed() { get "$location" && grep -q '"outcome":"completed"' "$answers/body"; }
  within completed && grep -qE "\"results\":\\[\\{[^]]*$3" "$answers/body" || { head -c 1500 "$answers/body"; return 1; }
}
reset() { curl -sS --max-time 20 -o "$answers/body" -X POST "$url/api/labs/local/reset" && ! grep -q '"status":' "$answers/body"; }

check "without SO_REUSEADDR the rebind fails with EADDRINUSE" play without-reuseaddr 11111 '"result":-1,"errno":"EADDRINUSE"'
saw_time_wait() { grep -q '"to":"TIME-WAIT"' "$answers/body"; }
check "the run has the TIME-WAIT that was in its way" saw_time_wait
check "reset" reset

# Another port: the TIME-WAIT of the first run, made without the option, would be in the way for a minute.
check "with SO_REUSEADDR the rebind succeeds" play with-reuseaddr 11112 '"result":0,"errno":null'
check "TIME-WAIT was there then, too" saw_time_wait
check "reset after it" reset

# Every lesson: one that these hosts lack something for is refused with the reason that the catalogue gives; any other is played to its end. Some at a time, each on ports of its own.
lesson_port=20000
begin() { # ID; its run's address into $location, or nothing
  local ports id
  get "/api/scenarios/$1"
  ports=
  for id in $(sed -n 's/.*"ports":\[\([^]]*\)\].*/\1/p' "$answers/body" | grep -o '"id":"[^"]*"' | cut -d'"' -f4); do
    ports+="${ports:+,}\"$id\":$((++lesson_port))"
  done
  location=$(curl -sS --max-time 20 -D - -o "$answers/body" -H 'Content-Type: application/json' \
    -d "{\"scenario\":\"$1\",\"ports\":{$ports},\"pauseMs\":0,\"play\":true}" "$url/api/labs/local/runs" | tr -d '\r' | sed -n 's/^[Ll]ocation: *//p')
}
refused() { # ID REASON
  begin "$1"
  [[ ! $location ]] && grep -qF "$2" "$answers/body" || { head -c 600 "$answers/body"; return 1; }
}
played() { # ID LOCATION
  local id=$1 open=$2
  ended() {
    get "$open" && grep -q '"outcome":"completed"' "$answers/body" && return
    # Refused until there is a TIME-WAIT.
    [[ $id == wait-it-out ]] && curl -sS --max-time 20 -o /dev/null -X POST "$url$open/skip-wait"
    return 1
  }
  within ended || { head -c 1500 "$answers/body"; return 1; }
  curl -sS --max-time 20 -o /dev/null -X POST "$url$open/reset"
}
# Without a script: one call of the first program.
plays_freely() { # ID
  begin "$1"
  [[ $location ]] && curl -sS --max-time 20 -o "$answers/body" -H 'Content-Type: application/json' -d '{"do":"socket","program":"sv","socket":"lfd"}' "$url$location/calls" &&
    grep -q '"call":"socket"' "$answers/body" && curl -sS --max-time 20 -o "$answers/body" -X POST "$url$location/reset" && grep -q '"call":"close"' "$answers/body" || { head -c 1500 "$answers/body"; return 1; }
}
lessons() {
  local entry id reason count=0 begun=()
  get /api/scenarios || return
  while read -r entry; do
    id=$(cut -d'"' -f4 <<<"$entry")
    # The first of several, as the refusal names it.
    reason=$(grep -o '"detail":"[^"]*"' <<<"$entry" | head -n 1 | cut -d'"' -f4)
    count=$((count + 1))
    if [[ $reason ]]; then
      check "lesson $id is refused: $reason" refused "$id" "$reason"
      continue
    fi
    if [[ $id == free ]]; then
      check "free play makes a call, and its socket is gone after Reset" plays_freely "$id"
      continue
    fi
    begin "$id"
    if [[ $location ]]; then begun+=("$id $location"); else cat "$answers/body"; check "lesson $id begins" false; fi
    if ((${#begun[@]} == 6)); then lessons_end "${begun[@]}"; begun=(); fi
  done < <(sed 's/},{"id":/}\n{"id":/g; s/^\[//; s/$/\n/' "$answers/body" | grep '"id"')
  lessons_end "${begun[@]}"
  check "the catalogue has lessons" [ "$count" -gt 0 ]
}
lessons_end() {
  local run
  for run in "$@"; do check "lesson ${run% *} is played to its end" played "${run% *}" "${run#* }"; done
}
lessons

foreign_host() { [[ $(curl -sS --max-time 10 -o /dev/null -w '%{http_code}' -H 'Host: evil.example' "$url/api/labs") == 400 ]]; }
check "a foreign Host is refused" foreign_host

one_left() { get /api/labs && [[ $(grep -o '"connected":true' "$answers/body" | wc -l) == 1 ]]; }
survives() {
  docker kill --signal KILL "$("${compose[@]}" ps -q server)" >/dev/null && within one_left && "${compose[@]}" up -d >/dev/null 2>&1 && within both_joined
}
check "a host that was killed joins again" survives

unprivileged() { [[ $(docker exec "$("${compose[@]}" ps -q dashboard)" id -u) != 0 ]]; }
check "the dashboard does not run as root" unprivileged

echo "$passed passed, $failed failed"
exit $((failed > 0))
