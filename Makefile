.DEFAULT_GOAL := help
.PHONY: help demo up down test bench faults lint types docs site audit sbom screenshots lock .venv

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv ## set everything up, play a region through the HTTP APIs, leave it running
	@.venv/bin/stagebrug demo

up: .venv ## start broker, database and services, and leave them running
	@.venv/bin/stagebrug up

down: ## stop what up or demo started; the data stays
	@.venv/bin/stagebrug down

test: .venv ## everything, against a real broker and a real database
	@.venv/bin/python -m pytest

faults: .venv ## break everything on purpose: SEED=… MINUTES=… FAULTS=F2,F5 SEEDS=… TABLE=…
	@.venv/bin/python -m tests.faults

bench: .venv ## how fast it is here, beside what the libraries alone reach: docs/performance.md
	@.venv/bin/python -m tests.bench

lint: .venv ## formatting, rules, walls between the services, dependencies
	@.venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/lint-imports && .venv/bin/deptry .

types: .venv ## mypy, strict
	@.venv/bin/mypy .

docs: .venv ## generate what follows from the code: events, schemas, API documents, settings
	@.venv/bin/python -m shared.events.reference && .venv/bin/python -m deploy.calls && .venv/bin/python -m deploy.observability.dashboards && .venv/bin/python -m deploy.settings_page

site: .venv ## the documentation as pages in .stack/site, which need no network; a link that leads nowhere fails
	@deploy/site

audit: .venv ## known weaknesses of what is in the lock; needs PyPI's JSON pages, and fails where it cannot ask
	@deploy/uv tool run pip-audit==2.* --strict --disable-pip --require-hashes --requirement requirements.lock

sbom: .venv ## what is inside, as CycloneDX, in .stack/sbom.json
	@mkdir -p .stack && deploy/uv tool run --from 'cyclonedx-bom==7.*' cyclonedx-py requirements requirements.lock -o .stack/sbom.json

screenshots: .venv ## pictures of every page of the front end, of what `make demo` left running
	@.venv/bin/python -m tests.frontend.screenshots

lock: .venv ## choose newest versions anew and write requirements.lock
	@deploy/uv lock --upgrade && deploy/uv export --quiet --all-packages --no-emit-workspace --format requirements.txt -o requirements.lock

.venv:
	@deploy/bootstrap
