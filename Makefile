# Peer2Peer Graph. A machine needs Python 3.11 or newer, make, and nothing else.

VENV := .venv
BIN := $(VENV)/bin
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: conformance help pictures reference messages serve test check fmt release bench wheel sbom audit lock vendor clean

help: ## list what make can do
	@echo "Peer2Peer Graph: make <word>"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

serve: $(VENV)/.run ## set up, build the first release if there is none, serve on 127.0.0.1:8000
	@$(BIN)/p2p serve

test: $(VENV)/.dev ## set up what the tests need and run them all (ARGS="-k name" picks some)
	@.ci/engines
	@# one process more than there are cores: some tests mostly wait, for a browser or a server
	@$(BIN)/python -m pytest --numprocesses $$($(BIN)/python -c 'import os; print(os.cpu_count() + 1)') --dist loadfile $(ARGS)

check: $(VENV)/.dev ## look for every fault in code, locks and data; changes nothing
	@.ci/check

pictures: $(VENV)/.dev ## take the pictures of the README anew, from the data of this checkout
	@PYTHONPATH=. $(BIN)/python .ci/pictures

reference: $(VENV)/.dev ## write docs/reference.md anew from the code
	@$(BIN)/python .ci/reference

fmt: $(VENV)/.dev ## put code and data in their one order
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .
	@$(BIN)/p2p fmt

release: $(VENV)/.run ## build a release from the data and make it the current one
	@$(BIN)/p2p release

bench: $(VENV)/.dev ## measure the saved queries on generated data (TRIPLES=100000 AGAINST=rdflib,jena,virtuoso)
	@$(BIN)/python -m bench.queries --triples $(or $(TRIPLES),100000) --against "$(AGAINST)"

conformance: $(VENV)/.dev ## ask the test suites of the W3C for SPARQL 1.1 over HTTP (SUITE=folder)
	@$(BIN)/python tests/conformance/run.py $(or $(SUITE),var/rdf-tests)

wheel: $(VENV)/.run ## build dist/p2p_graph-….whl with data, ontology, queries and assets; the same commit gives the same bytes
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 1580601600)} \
		$(BIN)/python -m hatchling build -t wheel -d dist

sbom: $(VENV)/.run ## write dist/sbom.cdx.json: what the site is made of, with versions, hashes and licences (CycloneDX)
	@mkdir -p dist
	@$(BIN)/python .ci/sbom > dist/sbom.cdx.json && echo dist/sbom.cdx.json

audit: $(VENV)/.dev ## look up known holes of every pinned package; needs the network
	@$(BIN)/uv tool run --from 'pip-audit>=2.9,<3' pip-audit --disable-pip --require-hashes -r requirements.lock

lock: $(VENV)/.dev ## choose the newest fitting packages anew and write the locks; needs the network
	@$(COMPILE) --upgrade pyproject.toml --group build -o requirements.lock
	@$(COMPILE) --upgrade pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock

messages: $(VENV)/.dev ## gather what pages say for the translators (webapp/translations)
	@$(BIN)/python .ci/messages

vendor: ## make the query editor, the map and fonts anew from the pins of package.json; needs node and the network
	@npm ci --silent
	@npm run --silent vendor

clean: ## remove the environment; releases and data stay
	rm -rf $(VENV)

# Stamps: what is done is not done again, and needs no network.

$(VENV)/.made:
	@.ci/environment $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.lock pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@echo "Building the first release; the site starts in a moment from then on."
	@$(BIN)/p2p release || echo "No release yet: mend what is listed above, then make release." >&2
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
