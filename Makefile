# make help lists the targets.
PREFIX ?= /usr/local
SWIFT_FILES = Sources Tests Package.swift

.DEFAULT_GOAL := build
.PHONY: help build release test fuzz sanitize demo smoke bench format lint check-docs install uninstall clean

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

install: release ## copies mmdos, stripped, to PREFIX/bin (default /usr/local)
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -s -m 0755 .build/release/mmdos "$(DESTDIR)$(PREFIX)/bin/mmdos"

uninstall:       ## removes it again
	rm -f "$(DESTDIR)$(PREFIX)/bin/mmdos"

clean:           ## removes what was built
	swift package clean
