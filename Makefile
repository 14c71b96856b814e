# make deps, make, make install: each alone. make demo and make test first install what they need (Debian, apt).

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
BUILD ?= .build

BINDIR = $(DESTDIR)$(PREFIX)/bin
MANDIR = $(DESTDIR)$(PREFIX)/share/man/man8
UNITDIR = $(DESTDIR)$(PREFIX)/lib/systemd/system
BASHDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSHDIR = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISHDIR = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

PROGRAMS = wg wg-quick wireguard-swift
# Programs with privileges look for libraries where the system has them, not beside themselves.
RELEASE = --scratch-path $(BUILD) -c release --static-swift-stdlib --disable-local-rpath $(NO_REGEX) $(STATIC_CXX)
# Regular expressions come with any search for a text in another, and would be a sixth of `wg`.
NO_REGEX = -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import
# The Swift run-time library is C++. With a shared libstdc++ two thirds of the instructions of `wg genkey` would be the
# dynamic linker's, so the compiler's static one is put where the linker looks first.
CXX_ARCHIVE := $(wildcard $(shell $(dir $(realpath $(shell command -v $(SWIFT))))clang -print-file-name=libstdc++.a))
CXX_DIRECTORY = $(abspath $(BUILD))/static-cxx
STATIC_CXX = $(if $(CXX_ARCHIVE),-Xlinker -L$(CXX_DIRECTORY) -Xswiftc -Xclang-linker -Xswiftc -static-libgcc)
BUILT = $(BUILD)/release/built
EXTRA = $(BUILD)/release/built-with-test-programs
SOURCES := Package.swift $(shell find Sources -type f)
EXTRA_SOURCES := $(wildcard Tests/AttackGenerator/* Tests/EngineWithTestClock/* Tests/NetlinkProbe/* Tests/QuickFaultInjector/*)
MONITOR = $(BUILD)/release/peer-monitor
MONITOR_SOURCES := $(shell find Examples/peer-monitor -name '*.swift' -not -path '*/.build/*')
DOCS = $(BUILD)/WireGuardControl.doccarchive
MAN_PAGES = $(wildcard Man/*.8)
SCRIPTS = .ci/run $(wildcard Tests/*.sh Tests/Benchmarks/*.sh Tests/Checks/*.sh Tests/Completions/*.sh Tests/Completions/*.bash Tests/Differential/*.sh \
	Tests/QuickDifferential/*.sh Tests/Integration/*.sh Tests/Kernel/*.sh Tests/Kernel/cases/*.sh Tests/Kernel/kernel-lab Examples/*/*.sh Share/*.sh Share/completions/bash/*)
SWIFT_FILES = Package.swift Sources Tests $(MONITOR_SOURCES)

BUILD_PACKAGES = libmnl-dev libnl-3-dev libnl-route-3-dev libseccomp-dev libsodium-dev pkg-config
DEMO_PACKAGES = iproute2 iputils-ping ncat
TEST_PACKAGES = $(DEMO_PACKAGES) binutils bochs bochs-term cpio dbus debian-archive-keyring dnsmasq-base ethtool fish iperf3 iptables jq kmod mandoc \
	nftables procps qemu-system-x86 qemu-user shellcheck strace systemd valgrind wireguard-go wireguard-tools xz-utils zsh
BENCH_PACKAGES = $(DEMO_PACKAGES) ethtool iperf3 jq wireguard-go

.PHONY: all build deps demo-deps test-deps test sanitize lint demo install uninstall clean
all: build

build: $(BUILT)

# No swift command runs when nothing changed: a warm demo spends its time on the tunnel.
$(BUILT): $(SOURCES) | $(CXX_DIRECTORY)
	$(SWIFT) build $(RELEASE)
	@touch $@

# The shipped programs and those that only tests run: the engine with a clock that runs fast, and the netlink probe.
$(EXTRA): $(SOURCES) $(EXTRA_SOURCES) | $(CXX_DIRECTORY)
	WIREGUARD_EXTRA_TARGETS=1 $(SWIFT) build $(RELEASE)
	@touch $(BUILT) $@

$(CXX_DIRECTORY):
	mkdir -p $@
	$(if $(CXX_ARCHIVE),ln -sf $(CXX_ARCHIVE) $@)

# What is missing of the packages, and only that; the package lists are fetched only when they do not do.
define apt_install
	@missing=""; for package in $(1); do \
		[ "$$(dpkg-query -W -f='$${db:Status-Status}' $$package 2>/dev/null)" = installed ] || \
			missing="$$missing $$package"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	echo "installing:$$missing"; \
	sudo=""; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	install="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends"; \
	$$install $$missing >/dev/null 2>&1 || { $$sudo apt-get -qq update && $$install $$missing >/dev/null; }
endef

deps:
	$(call apt_install,$(BUILD_PACKAGES))

demo-deps: deps
	$(call apt_install,$(DEMO_PACKAGES))

test-deps: deps
	$(call apt_install,$(TEST_PACKAGES))

# With ALL=1 also the longest comparisons in the virtual machines, as CI has it.
test:
	@$(MAKE) --no-print-directory test-deps
	@MAKE="$(MAKE)" SWIFT="$(SWIFT)" BUILD="$(BUILD)" ALL="$(ALL)" Tests/run-all.sh

# Slower than `make test`, of which it is no part: everything is built twice more.
sanitize: test-deps $(BUILT)
	@SWIFT="$(SWIFT)" BUILD="$(BUILD)" Tests/run-sanitizers.sh $(BUILD)/release

# As long as one likes: make fuzz SECONDS=600
SECONDS ?= 60
fuzz: deps
	@SWIFT="$(SWIFT)" BUILD="$(BUILD)" Tests/run-fuzzers.sh $(SECONDS)
.PHONY: fuzz

# Tunnels of this engine beside those of others, on a machine with nothing else to do: make bench BENCH="--rounds 3"
bench: build
	$(call apt_install,$(BENCH_PACKAGES))
	@Tests/Benchmarks/tunnel-bench.sh $(BUILD)/release $(BENCH)
.PHONY: bench

# Everything that a long life brings to two engines, and renewed sessions with wireguard-go: make soak SOAK_MINUTES=30
SOAK_MINUTES ?= 30
soak: test-deps $(BUILT)
	@SOAK_SECONDS=$$(($(SOAK_MINUTES) * 60)) SOAK_ENGINE=wireguard-swift PATH="$(abspath $(BUILD))/release:$$PATH" \
		Tests/Integration/engine-soak.sh
	@CELLS=all PATH="$(abspath $(BUILD))/release:$$PATH" Tests/Integration/interop-rekey.sh
.PHONY: soak

# The example of the library product: a package of its own, as that of any user, which builds the library for itself.
$(MONITOR): $(SOURCES) $(MONITOR_SOURCES) | $(EXTRA)
	$(SWIFT) build --package-path Examples/peer-monitor --scratch-path $(abspath $(BUILD))/peer-monitor
	cp $(BUILD)/peer-monitor/debug/peer-monitor $@

test-programs: $(EXTRA) $(MONITOR)
.PHONY: test-programs

docs: test-deps
	SWIFT="$(SWIFT)" Tests/build-docs.sh $(BUILD) $(DOCS)
.PHONY: docs

lint: test-deps
	$(SWIFT) format lint --strict --parallel -r $(SWIFT_FILES)
	shellcheck -x -S warning $(SCRIPTS)
	$(if $(MAN_PAGES),mandoc -T lint -W warning $(MAN_PAGES))

demo:
	@$(MAKE) --no-print-directory demo-deps
	@$(MAKE) --no-print-directory build
	@Examples/two-hosts/demo.sh $(BUILD)/release

install: build
	install -d $(BINDIR) $(MANDIR) $(UNITDIR) $(BASHDIR) $(ZSHDIR) $(FISHDIR)
	install -s -m 755 $(addprefix $(BUILD)/release/,$(PROGRAMS)) $(BINDIR)
	$(if $(MAN_PAGES),install -m 644 $(MAN_PAGES) $(MANDIR))
	for unit in Share/systemd/*; do \
		sed 's|/usr/local/bin/|$(PREFIX)/bin/|' $$unit > $(UNITDIR)/$${unit##*/} && \
		chmod 644 $(UNITDIR)/$${unit##*/} || exit 1; \
	done
	for file in $(wildcard Share/completions/bash/*); do install -m 644 $$file $(BASHDIR) || exit 1; done
	for file in $(wildcard Share/completions/zsh/*); do install -m 644 $$file $(ZSHDIR) || exit 1; done
	for file in $(wildcard Share/completions/fish/*); do install -m 644 $$file $(FISHDIR) || exit 1; done

uninstall:
	rm -f $(addprefix $(BINDIR)/,$(PROGRAMS))
	rm -f $(addprefix $(MANDIR)/,$(notdir $(wildcard Man/*.8)))
	rm -f $(addprefix $(UNITDIR)/,$(notdir $(wildcard Share/systemd/*)))
	rm -f $(addprefix $(BASHDIR)/,$(notdir $(wildcard Share/completions/bash/*)))
	rm -f $(addprefix $(ZSHDIR)/,$(notdir $(wildcard Share/completions/zsh/*)))
	rm -f $(addprefix $(FISHDIR)/,$(notdir $(wildcard Share/completions/fish/*)))

clean:
	rm -rf $(BUILD)
