#!/bin/sh
# Says which tools are missing or too old, and what they are needed for. Exits 1 if any is.
missing=0
say() {
  [ $missing -eq 0 ] && echo "Something is missing on this machine:" >&2
  echo "  $1" >&2
  missing=1
}
# at_least HAVE WANT: compares dotted versions by their first two numbers.
at_least() {
  have_major=${1%%.*}; have_rest=${1#*.}; have_minor=${have_rest%%.*}
  want_major=${2%%.*}; want_minor=${2#*.}
  [ "$have_major" -gt "$want_major" ] || { [ "$have_major" -eq "$want_major" ] && [ "$have_minor" -ge "$want_minor" ]; }
}

command -v git >/dev/null || say "git: to find the sources' version"
if command -v node >/dev/null && command -v npm >/dev/null; then
  version=$(command node -p 'process.versions.node' 2>/dev/null)
  at_least "$version" 20.0 || say "Node.js 20 or newer, with npm (found $version): to install and run everything; Node 24 itself comes from npm"
else
  say "Node.js 20 or newer, with npm: to install and run everything; Node 24 itself comes from npm"
fi
if command -v python3 >/dev/null; then
  version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  at_least "$version" 3.9 || say "Python 3.9 or newer (found $version): the test AWS API, moto, runs on it"
  python3 -c 'import venv, ensurepip' 2>/dev/null || say "Python's venv module (Debian: python3-venv): moto is installed into a folder of its own"
else
  say "Python 3.9 or newer: the test AWS API, moto, runs on it"
fi
if [ -z "$KUBEBUILDER_ASSETS" ]; then
  if command -v go >/dev/null; then
    version=$(go env GOVERSION | sed 's/^go//')
    at_least "$version" 1.24 || say "Go 1.24 or newer (found $version): the test control plane is built with it, once"
  else
    say "Go 1.24 or newer: the test control plane is built with it, once (or set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver)"
  fi
fi
exit $missing
