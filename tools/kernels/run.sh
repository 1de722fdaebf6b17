#!/usr/bin/env bash
# Boots Debian's cloud kernels in qemu and has each try the cells of the matrix; leaves src/Server/Kernels/debian-SERIES.json.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

usage() {
  cat <<'TEXT'
Usage: tools/kernels/run.sh [OPTION]... [SERIES]...
Boots the newest cloud kernel of each series (6.1 and 6.12 where none is named) in qemu-system-x86_64 without KVM, has the agent try
all cells of the matrix there (reuseaddr-agent matrix) and writes what came of them to src/Server/Kernels/debian-SERIES.json.

  --agent DIR   an agent that was published already; otherwise it is published here: native where that is possible, else with its runtime
  --memory MB   memory of the machine; default: 1024
  --keep        keep the initramfs and the console's log in out/kernels
  --help        this

Needs Debian or Ubuntu with Debian's package lists (apt-get download), qemu-system-x86, busybox-static, cpio, and the .NET SDK of this project.
TEXT
}

agent= memory=1024 keep= series=()
while (($#)); do
  case $1 in
    --agent) agent=$(readlink -f "${2:?--agent takes a directory}"); shift ;;
    --memory) memory=${2:?--memory takes megabytes}; shift ;;
    --keep) keep=yes ;;
    --help | -h) usage; exit 0 ;;
    -*) echo "run.sh: there is no option $1; --help lists them." >&2; exit 2 ;;
    *) series+=("$1") ;;
  esac
  shift
done
((${#series[@]})) || series=(6.1 6.12)
[[ $(uname -m) == x86_64 ]] || { echo "run.sh: the kernels are for x86-64." >&2; exit 1; }
for tool in qemu-system-x86_64 busybox cpio apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing: apt-get install qemu-system-x86 busybox-static cpio" >&2; exit 1; }
done

out=$PWD/out/kernels
mkdir -p "$out"
[[ $keep ]] || trap 'rm -rf "$out"' EXIT

if [[ ! $agent ]]; then
  agent=$out/agent
  rm -rf "$agent"
  linker=()
  command -v clang >/dev/null || linker=(-p:CppCompilerAndLinker=gcc)
  publish() { dotnet publish src/Agent -c Release -r linux-x64 -nodeReuse:false -v quiet -p:InvariantGlobalization=true "$@" -o "$agent"; }
  # A native file, which needs libc and libm alone; else one that brings the runtime along.
  publish -p:PublishAot=true "${linker[@]}" || publish --self-contained -p:PublishSingleFile=true
fi

# What the agent's files need of the C library, where they need any.
libraries() {
  find "$1" -type f \( -name reuseaddr-agent -o -name '*.so' \) -exec ldd {} + 2>/dev/null | grep -o '/[^ )]*' | grep -v ':$' | sort -u
}

boot() {
  local of=$1 package vmlinuz root release
  package=$(apt-cache search --names-only "^linux-image-${of//./\\.}[.][.+0-9a-z-]*-cloud-amd64\$" | cut -d' ' -f1 | sort -V | tail -1)
  [[ $package ]] || { echo "run.sh: there is no linux-image-$of...-cloud-amd64; apt-get update first, on Debian." >&2; return 1; }
  rm -rf "$out/$of"
  mkdir -p "$out/$of/deb" "$out/$of/root"
  (cd "$out/$of" && apt-get download -qq "$package")
  dpkg-deb -x "$out/$of/"linux-image-*.deb "$out/$of/deb"
  vmlinuz=$(echo "$out/$of/deb/boot/vmlinuz-"*)
  release=${vmlinuz##*/vmlinuz-}
  root=$out/$of/root
  mkdir -p "$root"/{bin,proc,sys,dev,etc,tmp,agent}
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp -a "$agent"/. "$root/agent/"
  find "$root/agent" \( -name '*.pdb' -o -name '*.dbg' -o -name '*.xml' \) -delete
  libraries "$agent" | while read -r library; do
    mkdir -p "$root${library%/*}"
    cp -L "$library" "$root$library"
  done
  # sock_diag of TCP is a module there; with it bound sockets are seen too, and TIME-WAIT can be destroyed.
  for module in inet_diag tcp_diag; do
    find "$out/$of/deb/lib/modules" -name "$module.ko*" -exec cp {} "$root/etc/" \;
  done
  find "$root/etc" -name '*.xz' -exec xz -d {} +
  printf 'PRETTY_NAME="%s %s (Debian) in qemu"\n' "$package" "$(dpkg-deb -f "$out/$of/"linux-image-*.deb Version)" >"$root/etc/os-release"
  cat >"$root/init" <<INIT
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox date -u -s @$(date +%s) >/dev/null
/bin/busybox ip link set lo up
for module in inet_diag tcp_diag; do /bin/busybox insmod /etc/\$module.ko; done
DOTNET_gcServer=0 /agent/reuseaddr-agent matrix --output /tmp/matrix.json 2>/tmp/errors
echo "exit code \$?"
/bin/busybox sed 's/^/agent: /' /tmp/errors
echo MATRIX-BEGIN
/bin/busybox gzip -c /tmp/matrix.json | /bin/busybox base64
echo MATRIX-END
/bin/busybox reboot -f
INIT
  chmod +x "$root/init"
  (cd "$root" && find . -print0 | cpio --null -o -H newc --quiet | gzip -1) >"$out/$of/initramfs.gz"
  echo "Booting $release" >&2
  # With -no-reboot the reboot at the end of /init ends the machine; power-off would need ACPI.
  timeout 600 qemu-system-x86_64 -M microvm,acpi=off -cpu max -m "$memory" -nographic -no-reboot -kernel "$vmlinuz" -initrd "$out/$of/initramfs.gz" \
    -append "console=ttyS0 quiet panic=-1 reboot=t" </dev/null >"$out/$of/console.log"
  tr -d '\r' <"$out/$of/console.log" | grep -E '^(agent:|exit code)' >&2 || true
  tr -d '\r' <"$out/$of/console.log" | sed -n '/^MATRIX-BEGIN$/,/^MATRIX-END$/p' | sed '1d;$d' | base64 -d | gunzip >"$out/$of/matrix.json"
  [[ $(wc -l <"$out/$of/matrix.json") -gt 1000 ]] || { echo "run.sh: $release did not leave a matrix; see $out/$of/console.log with --keep." >&2; return 1; }
  mkdir -p src/Server/Kernels
  cp "$out/$of/matrix.json" "src/Server/Kernels/debian-$of.json"
  echo "src/Server/Kernels/debian-$of.json: $release" >&2
}

for of in "${series[@]}"; do
  boot "$of"
done
