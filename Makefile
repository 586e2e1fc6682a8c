# make help lists the targets.
PREFIX ?= /usr/local
SWIFT_FILES = Sources Tests Package.swift

.DEFAULT_GOAL := build
.PHONY: help build release test fuzz sanitize demo smoke sessions bench format lint check-docs install uninstall deb test-deb clean

help:            ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

build:           ## debug build
	@scripts/dependencies build
	swift build

release:         ## release build, Swift's libraries linked in: .build/release/mmdos
	@scripts/dependencies build
	@scripts/release

test:            ## all tests; fails if none ran
	@scripts/dependencies all
	@scripts/test

fuzz:            ## every parser of outside bytes by libFuzzer, FUZZ_SECONDS=30 each
	@scripts/dependencies all
	@scripts/fuzz

sanitize:        ## all tests under the address and the thread sanitizer
	@scripts/dependencies all
	@scripts/sanitize

demo:            ## builds, serves the example registry on this machine, walks through two syncs
	@scripts/dependencies all
	@scripts/release
	@scripts/demo .build/release/mmdos

smoke:           ## a short walk through the debug build, without network
	swift build
	@scripts/smoke .build/debug/mmdos

sessions:        ## writes docs/sessions anew, from the debug build
	swift build --product mmdos
	@scripts/sessions .build/debug/mmdos --write

bench:           ## measures the release build beside git and curl
	@scripts/dependencies all
	@scripts/release
	@scripts/bench .build/release/mmdos

format:          ## formats the sources in place
	swift format -i -r $(SWIFT_FILES)

lint:            ## what the formatter would change is an error
	swift format lint --strict -r $(SWIFT_FILES)

check-docs:      ## doc comments, imports, direction of dependencies
	@scripts/check-docs

install: release ## installs program, manual pages and completions below PREFIX (default /usr/local)
	@scripts/install .build/release/mmdos "$(DESTDIR)$(PREFIX)"

uninstall:       ## removes them again
	rm -f "$(DESTDIR)$(PREFIX)/bin/mmdos" "$(DESTDIR)$(PREFIX)"/share/man/man[17]/mmdos*.gz \
	  "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/mmdos" \
	  "$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_mmdos" \
	  "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/mmdos.fish"

deb: release     ## makes a Debian package in .build
	@scripts/package-deb .build/release/mmdos .build

test-deb: deb    ## installs the package in a clean root and runs it there; needs root
	@scripts/test-deb "$$(ls -t .build/mmdos_*.deb | head -n 1)"

clean:           ## removes what was built
	swift package clean
