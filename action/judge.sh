#!/usr/bin/env bash
# Runs the plan gate for action.yml, which hands its inputs over as variables. Writes the job summary and the outputs, and
# leaves the exit code to the action's last step.
set -euo pipefail

vedette=$GITHUB_ACTION_PATH/dist/vedette.mjs
if [ ! -f "$vedette" ]; then
  # A release brings the single file along; elsewhere it is made first.
  (cd "$GITHUB_ACTION_PATH" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && node scripts/bundle-plan.ts)
fi

markdown=$RUNNER_TEMP/vedette.md
sarif=$RUNNER_TEMP/vedette.sarif
rm -f "$markdown" "$sarif"
arguments=(scan-plan "$GATE_PLAN" --source "$GATE_SOURCE")
arguments+=(-o table -o markdown --out "$markdown" -o sarif --out "$sarif")
option() { if [ -n "$2" ]; then arguments+=("$1=$2"); fi; }
option --fail-on "$GATE_FAIL_ON"
option --min-coverage "$GATE_MIN_COVERAGE"
option --checks "$GATE_CHECKS"
option --baseline "$GATE_BASELINE"
option --facts "$GATE_FACTS"
option --config "$GATE_CONFIG"
if [ "$GATE_STRICT" = true ]; then arguments+=(--strict); fi

code=0
node "$vedette" "${arguments[@]}" 2>"$RUNNER_TEMP/vedette.stderr" || code=$?
cat "$RUNNER_TEMP/vedette.stderr" >&2

if [ -f "$markdown" ]; then
  cat "$markdown" >>"$GITHUB_STEP_SUMMARY"
else
  {
    echo '## Vedette: the plan was not judged'
    echo
    echo '```'
    cat "$RUNNER_TEMP/vedette.stderr"
    echo '```'
  } >>"$GITHUB_STEP_SUMMARY"
fi
{
  echo "exit-code=$code"
  if [ -f "$sarif" ]; then echo "sarif=$sarif"; else echo 'sarif='; fi
  if [ -f "$markdown" ]; then echo "markdown=$markdown"; else echo 'markdown='; fi
} >>"$GITHUB_OUTPUT"
