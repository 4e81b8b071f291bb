# rspipe: make run and make test do all the set-up on a fresh Debian 12 with a Swift toolchain.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PACKAGES := pkg-config libgdal-dev libopenblas-dev libtiff-dev libyaml-dev
# One build serves the program and its tests.
BUILD := swift build -c release --build-tests -Xswiftc -enable-testing
RSPIPE := .build/release/rspipe
PIPELINE ?= pipelines/burned_area.yaml
THREADS ?=
# Options of Tests/Peers/bench.py.
BENCH ?=

.PHONY: help setup build run test lint check bench side-by-side clean format

help: ## show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 22

setup: ## install the C libraries that are missing
	@.ci/setup $(PACKAGES)

build: setup ## build the program and its tests in release
	@$(BUILD)

run: build ## train on the simulated scene and map both samples
	@$(RSPIPE) run $(PIPELINE) $(if $(THREADS),--threads $(THREADS))

test: build ## run the whole test suite
	@swift test -c release --skip-build -Xswiftc -enable-testing

lint: ## check format and style
	@swift format lint --strict --recursive Package.swift Sources Tests

format: ## lay out all Swift files
	@swift format --in-place --recursive Package.swift Sources Tests

check: lint build test ## lint, build and test

bench: build ## measure beside PyTorch, ONNX Runtime and OpenVINO (BENCH="--quick --only predict")
	@.ci/setup python3-venv python3-dev g++
	@Tests/Peers/setup
	@.bench/venv/bin/python Tests/Peers/bench.py --program $(RSPIPE) $(if $(THREADS),--threads $(THREADS)) $(BENCH)

side-by-side: build ## train beside PyTorch on the real rasters of RSPIPE_DATA
	@.ci/setup python3-venv
	@Tests/Peers/setup
	@.bench/venv/bin/python Tests/Peers/side_by_side.py

clean: ## remove what was built
	@rm -rf .build
