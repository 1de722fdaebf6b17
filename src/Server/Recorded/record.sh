#!/bin/bash
# Records each lesson on the hosts of a running dashboard, for dashboards without hosts: plays it as it is, keeps its run file where it ended by itself within the limit, and resets the lab.
set -euo pipefail

if [ $# -lt 1 ] || [ "$1" = --help ]; then
  echo "usage: $0 URL [LESSON ...]    records into the directory of this script; URL is a running dashboard's, all its lessons where none is named" >&2
  exit 2
fi
url=${1%/} limit=20
shift
here=$(cd "$(dirname "$0")" && pwd)
ask() { curl --fail --silent --show-error -H 'Content-Type: application/json' "$@"; }
lessons=("$@")
if [ ${#lessons[@]} = 0 ]; then
  mapfile -t lessons < <(ask "$url/api/scenarios" | grep -o '{"id":"[a-z0-9-]*"' | cut -d'"' -f4)
fi

for lesson in "${lessons[@]}"; do
  if ! run=$(ask -X POST -d "{\"scenario\":\"$lesson\",\"play\":true}" "$url/api/labs/local/runs" | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4); then
    echo "$lesson: not started"
    continue
  fi
  file=
  for ((second = 0; second <= limit; second++)); do
    sleep 1
    file=$(ask "$url/api/runs/$run")
    grep -q '"outcome":"running"' <<<"$file" || break
  done
  ask -X POST "$url/api/labs/local/reset" >/dev/null
  if grep -q '"outcome":"completed"' <<<"$file"; then
    gzip -9n <<<"$file" >"$here/$lesson.json.gz"
    echo "$lesson: recorded"
  else
    echo "$lesson: not completed within $limit s, not recorded"
  fi
done
