#!/usr/bin/env bash
# Makes out/package/reuseaddr-dashboard-VERSION-linux-ARCH.tar.gz and, where dpkg-deb is there, a .deb of the same files.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

usage() {
  cat <<'TEXT'
Usage: packaging/build.sh [OPTION]...
  --portable    need the ASP.NET Core runtime on the target machine; default: bring it along
  --no-native   the agent as a .NET program; default: a native one (needs clang, or gcc)
  --check       verify the units and the package once they are made
  --help        this
TEXT
}

portable= native=yes check=
while (($#)); do
  case $1 in
    --portable) portable=yes ;;
    --no-native) native= ;;
    --check) check=yes ;;
    --help | -h) usage; exit 0 ;;
    *) echo "build.sh: there is no option $1; --help lists them." >&2; exit 2 ;;
  esac
  shift
done

case $(uname -m) in
  x86_64) arch=x64 deb_arch=amd64 ;;
  aarch64) arch=arm64 deb_arch=arm64 ;;
  *) echo "build.sh: packages are made on x86_64 and aarch64." >&2; exit 1 ;;
esac
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
name=reuseaddr-dashboard-$version-linux-$arch
out=$PWD/out/package
root=$out/root
lib=$root/usr/lib/reuseaddr-dashboard
rm -rf "$out"
mkdir -p "$lib" "$root/usr/lib/systemd/system" "$root/etc/reuseaddr-dashboard" "$root/usr/bin" "$root/usr/share/doc/reuseaddr-dashboard"

publish() { dotnet publish "$@" -c Release -nodeReuse:false -v quiet; }
if [[ $portable ]]; then publish src/Server -o "$lib"; else publish src/Server -r "linux-$arch" --self-contained -o "$lib"; fi
if [[ $native ]]; then
  rm -rf "$lib/agent"
  linker=()
  command -v clang >/dev/null || linker=(-p:CppCompilerAndLinker=gcc)
  publish src/Agent -r "linux-$arch" -p:PublishAot=true "${linker[@]}" -o "$lib/agent"
elif [[ ! $portable ]]; then
  rm -rf "$lib/agent"
  publish src/Agent -r "linux-$arch" --self-contained -o "$lib/agent"
fi
find "$lib" \( -name '*.pdb' -o -name '*.dbg' \) -delete
find "$lib/agent" -name '*.xml' -delete

install -m 644 packaging/systemd/*.service "$root/usr/lib/systemd/system/"
install -m 644 packaging/systemd/appsettings.json "$root/etc/reuseaddr-dashboard/"
install -m 644 README.md LICENSE CHANGELOG.md docs/*.md "$root/usr/share/doc/reuseaddr-dashboard/"
ln -s ../lib/reuseaddr-dashboard/ReuseAddrDashboard.Server "$root/usr/bin/reuseaddr-dashboard"
ln -s ../lib/reuseaddr-dashboard/agent/reuseaddr-agent "$root/usr/bin/reuseaddr-agent"

tar -C "$root" --owner=0 --group=0 --numeric-owner --sort=name -czf "$out/$name.tar.gz" .
echo "$out/$name.tar.gz"

if command -v dpkg-deb >/dev/null; then
  mkdir "$root/DEBIAN"
  cat >"$root/DEBIAN/control" <<TEXT
Package: reuseaddr-dashboard
Version: $version
Architecture: $deb_arch
Maintainer: the ReuseAddrDashboard authors <reuseaddr-dashboard@localhost>
Section: net
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: libc6, libgcc-s1, libssl3 | libssl3t64, util-linux$([[ $portable ]] && echo ', aspnetcore-runtime-10.0')
Recommends: iproute2, nftables
Description: what happens when a TCP listener is bound again during TIME-WAIT
 Two real hosts, real system calls, and a live sequence diagram of what the
 kernel did, in the browser.
TEXT
  echo /etc/reuseaddr-dashboard/appsettings.json >"$root/DEBIAN/conffiles"
  cat >"$root/DEBIAN/postinst" <<'TEXT'
#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
TEXT
  cat >"$root/DEBIAN/prerm" <<'TEXT'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then systemctl disable --now reuseaddr-dashboard.service || true; fi
TEXT
  chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
  dpkg-deb -Zgzip --root-owner-group --build "$root" "$out/reuseaddr-dashboard_${version}_$deb_arch.deb"
  rm -r "$root/DEBIAN"
fi

if [[ $check ]]; then
  if command -v systemd-analyze >/dev/null; then
    # With the programs where the package has them.
    systemd-analyze verify --root="$root" --recursive-errors=no reuseaddr-dashboard.service reuseaddr-agent@server.service
    for unit in reuseaddr-dashboard.service reuseaddr-agent@server.service; do
      systemd-analyze security --offline=true --root="$root" --threshold=40 "$unit" | tail -n 1
    done
  fi
  if command -v dpkg-deb >/dev/null; then
    dpkg-deb --info "$out"/*.deb >/dev/null
    dpkg-deb --contents "$out"/*.deb | grep ' ./usr/lib/reuseaddr-dashboard/ReuseAddrDashboard.Server$' >/dev/null
  fi
  "$lib/ReuseAddrDashboard.Server" --version
  "$lib/agent/reuseaddr-agent" --version
fi
