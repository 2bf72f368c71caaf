#!/usr/bin/env bash
# Fuzzes the codec under AddressSanitizer and UndefinedBehaviorSanitizer: run.sh [SECONDS]. Needs clang with libFuzzer (Debian: clang-19
# libclang-rt-19-dev). `run.sh emulated` instead compares all engines with their instructions emulated (needs libsimde-dev).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
core=(engine engine-plain field memory reed-solomon merkle shape encode encode-columns encode-finish sliver gear)

compile() { # COMPILER FLAGS.. -- NAMES..
  local flags=()
  while [ "$1" != -- ]; do flags+=("$1"); shift; done
  shift
  for name in "$@"; do "${flags[@]}" -std=c++20 -c "$here/src/$name.cc" -o "$work/$name.o"; done
}
if [ "${1:-}" = emulated ]; then
  # Emulated engines are most of the work, for the compiler too: each on its own.
  jobs=()
  for engine in engine-avx512-gfni engine-avx2 engine-avx2-gfni engine-neon; do
    compile g++ -O1 -w -Wno-psabi -DFLOE_SIMDE -- "$engine" &
    jobs+=($!)
  done
  compile g++ -O1 -w -DFLOE_SIMDE -- "${core[@]}"
  for job in "${jobs[@]}"; do wait "$job"; done
  g++ -std=c++20 -O1 -w -DFLOE_SIMDE "$here/fuzz/emulated.cc" "$work"/*.o -o "$work/emulated"
  "$work/emulated"
  exit
fi

clang=$(command -v clang++ || command -v clang++-19 || command -v clang++-16 || command -v clang++-14 || true)
if [ -z "$clang" ]; then
  echo 'fuzz: no clang here' >&2
  exit 2
fi
sanitize=(-O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
compile "$clang" "${sanitize[@]}" -- "${core[@]}"
if [ "$(uname -m)" = x86_64 ]; then
  compile "$clang" "${sanitize[@]}" -mavx2 -- engine-avx2
  compile "$clang" "${sanitize[@]}" -mavx2 -mgfni -- engine-avx2-gfni
  compile "$clang" "${sanitize[@]}" -mavx2 -mavx512f -mavx512bw -mavx512vl -mgfni -- engine-avx512-gfni
else
  compile "$clang" "${sanitize[@]}" -- engine-neon
fi
"$clang" -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined "$here/fuzz/fuzz.cc" "$work"/*.o -o "$work/fuzz"
mkdir "$work/corpus"
head -c 3000 /dev/urandom >"$work/corpus/random"
"$work/fuzz" "$work/corpus" -max_total_time="${1:-60}" -max_len=8192 -rss_limit_mb=2048 -artifact_prefix="${FLOE_FUZZ_ARTIFACTS:-/tmp/}"
