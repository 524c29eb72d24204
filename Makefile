# The front door. Everything runs from a clean clone; nothing is installed outside this folder and the cache
# (${XDG_CACHE_HOME:-~/.cache}/vedette).
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
.DEFAULT_GOAL := help
.PHONY: help tools install generate format lint typecheck test bench demo check-diff presubmit parts single-file \
  chaos chaos-sample chaos-full

help: ## this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

tools: ## checks that git, Node, Python and Go are here, and says what is missing and why
	@sh scripts/check-tools.sh

install: tools node_modules/.installed ## installs what the other commands need (they call it themselves)

node_modules/.installed: package.json package-lock.json
	@echo "Installing packages (about half a minute)"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

parts: install ## fetches or builds the real parts that tests and the demo run on (once, then cached)
	@node scripts/prepare-parts.ts

generate: install ## writes what is generated: CRDs, reference docs, policies
	@node scripts/generate.ts

format: install ## formats the sources
	@oxfmt

lint: install ## layers, types, style
	@oxlint --type-aware && oxfmt --check

typecheck: install ## TypeScript
	@tsc

test: parts ## runs everything on real parts; ends with "N passed, N failed"
	@vitest run

bench: parts ## measures, as ratios within one run; results in bench/results
	@node bench/run.ts

chaos-sample: parts ## crashes at a sample of the effects of a scan, and compares how it ends
	@node chaos/crash/main.ts --sample

chaos-full: parts ## crashes at every effect of a scan (some 20 minutes)
	@node chaos/crash/main.ts --full

chaos: parts ## a storm of faults over the whole product, then what must hold: SEED=… MINUTES=… (10)
	@SEED=$(SEED) MINUTES=$(MINUTES) node chaos/storm/main.ts

demo: parts ## the whole product on this machine: two accounts, watched
	@node demo/main.ts

single-file: install ## writes dist/vedette.mjs: scan-plan, checks and policy as one file
	@node scripts/bundle-plan.ts

check-diff: install ## fails when something generated is not up to date
	@node scripts/generate.ts --check

presubmit: lint typecheck check-diff test ## all that CI runs
