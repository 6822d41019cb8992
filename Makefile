# Thin on purpose: the work is in gisportal/deploy/. See README.md and gisportal/docs/operations.md.
#   make run [CITY=takamatsu|iwaki] [PORT=8000]    start the portal with its demo city
#   make test                                      every check
SHELL = /bin/sh
START = exec gisportal/deploy/setup.sh
# Variables given on the command line or in the environment reach the start script as they are.

.PHONY: help run stop setup test lint format bench conformance manage psql clean-demo
.DEFAULT_GOAL := help

help: ## これを表示 / show this
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22

run: ## 起動 (CITY=, PORT=) / start the portal
	@$(START) run

stop: ## 停止 / stop the portal of this checkout
	@$(START) stop

setup: ## 準備だけ / install everything, start nothing
	@$(START) setup

test: ## すべての検査 / every check
	@$(START) test $(TESTS)

lint: ## 静的な検査だけ / static checks only
	@$(START) lint

format: ## 書式を整える / format Python and templates
	@$(START) format

bench: ## 性能の計測 / benchmark beside bare SQL
	@$(START) bench $(BENCH)

conformance: ## OGC の要求事項と schemathesis / the OGC's requirements and schemathesis
	@$(START) conformance $(CONFORMANCE)

manage: ## 管理コマンド (ARGS="...") / manage.py against the running portal
	@$(START) manage $(ARGS)

psql: ## データベースを開く / open the embedded database
	@$(START) psql

clean-demo: ## デモのデータベースを消す / drop the demo database of CITY
	@$(START) clean-demo
