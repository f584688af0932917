# The two commands first: `make run` shows the portal, `make test` proves it.
# Needs make, and Python 3.11, 3.12 or 3.13 with pip; everything else is put into .venv.

PORT ?= 8000
ARGS ?=
PYTHON ?=
WORKERS ?= 2

BIN := .venv/bin
# The requirements' sum is in the name: unchanged requirements cost nothing at the next start.
STAMP := .venv/installed-$(shell cat requirements.txt requirements-dev.txt | cksum | tr ' ' '-')
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONUNBUFFERED := 1

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

.PHONY: help venv run test test-sqlite test-postgresql browser check bench drill format messages

help:
	@echo "make run       the portal with its sample SIG on http://localhost:$(PORT)  (PORT=8080 to move it)"
	@echo "make test      the whole suite on SQLite, then on PostgreSQL and Valkey  (ARGS='-k roster')"
	@echo "make check     linters, types, migrations, translations, deployment settings"
	@echo "make bench     the benchmarks, each against a baseline of the same run"
	@echo "make drill     the fault drills on real PostgreSQL and Valkey  (ARGS='--points 50')"
	@echo "make format    rewrite code and templates in the house style"
	@echo "make messages  collect the texts to translate into locale/"
	@echo "make venv      only install what is needed into .venv"

venv: $(STAMP)

$(STAMP): requirements.txt requirements-dev.txt scripts/venv.sh
	@PYTHON="$(PYTHON)" sh scripts/venv.sh "$@"

# The English pages are tested as well, so the suite needs the compiled catalogues.
%.mo: %.po | $(STAMP)
	@$(BIN)/msgfmt --check-format -o $@ $<

run: venv
	@PORT=$(PORT) exec $(BIN)/python -m scripts.run

# Both engines run even when the first fails: one look shows all that is wrong.
test: venv browser
	@sqlite=0; postgresql=0; \
	$(MAKE) --no-print-directory test-sqlite || sqlite=1; \
	$(MAKE) --no-print-directory test-postgresql || postgresql=1; \
	[ $$sqlite = 0 ] || echo "make test: FAILED on SQLite (see above)"; \
	[ $$postgresql = 0 ] || echo "make test: FAILED on PostgreSQL and Valkey (see above)"; \
	[ $$sqlite$$postgresql = 00 ] && echo "make test: passed on SQLite and on PostgreSQL and Valkey"

test-sqlite: venv $(CATALOGUES)
	@echo "== tests on SQLite"
	@TEST_ENGINE=sqlite DATABASE_URL=sqlite:///$(CURDIR)/var/portal.sqlite3 REDIS_URL= $(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

test-postgresql: venv $(CATALOGUES)
	@echo "== tests on PostgreSQL and Valkey"
	@TEST_ENGINE=postgresql $(BIN)/python -m tests.services run -- \
		$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

browser: venv
	@$(BIN)/python -m tests.browser ensure

check: venv
	@$(BIN)/python -m scripts.check

bench: venv
	@$(BIN)/python -m scripts.bench $(ARGS)

drill: venv
	@$(BIN)/python -m scripts.drill $(ARGS)

format: venv
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@find . -path ./.venv -prune -o -path '*/templates/*' -name '*.html' -print0 \
		| xargs -0 -r $(BIN)/djade --target-version 5.2

messages: venv
	@$(BIN)/python -m scripts.check_messages --update
