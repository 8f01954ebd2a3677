# The front door: every job has a name here. `make` alone lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build test check fmt lint deny docs demo zoo exact fuzz nightly mutants bench e2e

CARGO ?= cargo
# A fixed version, so that a new release of the tool cannot break an old commit.
CARGO_DENY_VERSION := 0.20.2
SPLITBRAIN := target/release/splitbrain
# How often each program is repeated by `make exact`: a thousand times in all.
REPEATS ?= 60
# How many random histories, and how many other inputs, each test tries in `make nightly`.
CASES ?= 100000
PROPTEST_CASES ?= 10000
# Which mutants `make mutants` tries: of all, counted round, every hundredth from the first on.
SHARD ?= 0/100
CARGO_MUTANTS_VERSION := 27.1.0
# How long `make fuzz` runs each target.
FUZZ_SECONDS ?= 60
# All integration tests of the harness that start processes.
E2E := $(filter-out generated_docs tidy zoo,$(basename $(notdir $(wildcard harness/tests/*))))

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what the tests use (python3, node, go, ruby, a C compiler), or say what is missing
	@.ci/setup

build: setup ## Build the binary, target/release/splitbrain
	@$(CARGO) build --release --locked
	@echo "built $(SPLITBRAIN)"

test: setup ## Run all tests, the slow ones too
	@.ci/test

check: fmt lint deny ## Check formatting, lints, dependencies, documents and house rules
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --document-private-items
	@$(CARGO) test --locked --quiet -p harness --test tidy --test generated_docs
	@echo "check: everything is in order"

fmt:
	@$(CARGO) fmt --all --check

lint:
	@$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

# Advisories are left out: their database is a git repository, and a check that needs the network
# fails on machines without it. Bans, licences and sources need nothing.
deny: target/tools/$(CARGO_DENY_VERSION)/bin/cargo-deny
	@$< --locked check bans licenses sources

target/tools/$(CARGO_DENY_VERSION)/bin/cargo-deny:
	@echo "setup: installing cargo-deny $(CARGO_DENY_VERSION) into target/tools (cargo install)"
	@$(CARGO) install --quiet --debug --locked --root target/tools/$(CARGO_DENY_VERSION) \
		cargo-deny@$(CARGO_DENY_VERSION)

docs: ## Write the generated documents in docs/ anew
	@UPDATE_DOCS=1 $(CARGO) test --locked --quiet -p harness --test generated_docs

demo: build ## Grade a correct and a broken counter, and show both tables
	@.ci/demo $(SPLITBRAIN)

zoo: ## Run every broken node and see that it is caught, and that the correct ones pass
	@$(CARGO) test --locked -p nodes --test world -- --include-ignored
	@$(CARGO) test --locked -p harness --test zoo -- --include-ignored

exact: setup ## Repeat programs in seven languages, a thousand times in all, and write their table
	@REPEATS=$(REPEATS) UPDATE_DOCS=1 DATE=$$(date +%F) MACHINE="$$(.ci/machine)" $(CARGO) test \
		--locked --release -p harness --test exact -- --ignored --nocapture a_thousand_repeats
	@$(MAKE) --no-print-directory docs

fuzz: ## Fuzz the readers and rules of histories, a minute each: needs nightly Rust and cargo-fuzz
	@cd checker && for target in lines edn picture judgement; do \
		$(CARGO) +nightly fuzz run "$$target" -- -max_total_time=$(FUZZ_SECONDS); done

# Most tests of random histories are told how many to try when they are compiled; tests by proptest
# that do not say a number themselves read it when they run.
nightly: setup exact ## Try twenty times as many random histories, repeat programs: takes hours
	@CASES=$(CASES) PROPTEST_CASES=$(PROPTEST_CASES) $(CARGO) test --locked --release --workspace \
		--lib --test fuzz_targets -- --include-ignored

mutants: ## Break the checker in small ways and see which ones its tests miss (SHARD=0/100)
	@$(CARGO) mutants --version >/dev/null 2>&1 || { echo "mutants: cargo-mutants is missing;" \
		"cargo install --locked cargo-mutants@$(CARGO_MUTANTS_VERSION) installs it"; exit 1; }
	@mkdir -p target
	@$(CARGO) mutants --package checker --shard $(SHARD) --sharding round-robin --output target \
		-- --locked --lib

bench: ## Measure
	@$(CARGO) bench --locked --workspace

e2e: setup ## Run the end-to-end tests: real processes, the whole command line
	@$(CARGO) test --locked -p harness $(E2E:%=--test %) -- --include-ignored
