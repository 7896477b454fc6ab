# make demo   八个县（市、区）的示例汇总成一份市级汇总表
# make test   全部检查：代码、表样、示例，以及真实的 LibreOffice

.PHONY: demo test templates example pictures manual bundle fuzz seal-trials
.DELETE_ON_ERROR:
.SUFFIXES:

PIP     := .venv/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
# A start without compiled libraries takes three times as long; PYTHONDONTWRITEBYTECODE in the environment would see to that.
# Some libraries carry files for Python 2 (olefile2.py), which do not compile: no fault of ours, and never imported.
COMPILE := env -u PYTHONDONTWRITEBYTECODE .venv/bin/python -m compileall -qq -j 0 .venv/lib xltools || true
MODULES := tests/validator/node_modules

demo: .venv/demo.done
	@echo "【演示】汇总示例：workbooks/区县 → 市级汇总"
	@.venv/bin/xltools demo

test: system .venv/test.done $(MODULES)/done
	@echo "【检查 1/3】代码格式 ruff"
	@.venv/bin/ruff check .
	@echo "【检查 2/3】类型 mypy"
	@.venv/bin/mypy
	@echo "【检查 3/3】测试 pytest"
	@.venv/bin/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

templates: .venv/demo.done
	@echo "【表样】由 xltools/specs 生成 templates/"
	@rm -rf build/templates && .venv/bin/xltools make templates -o build/templates
	@.venv/bin/python -m tests.twins build/templates && cp -r build/templates .

example: .venv/demo.done
	@echo "【示例】由固定的种子生成 workbooks/"
	@rm -rf build/workbooks && .venv/bin/xltools make example -o build/workbooks
	@.venv/bin/python -m tests.twins build/workbooks && cp -r build/workbooks .

# Ten minutes; a seed of its own each time: make fuzz SEED=7 SECONDS=3600
SEED    ?= $(shell date +%Y%m%d)
SECONDS ?= 600
fuzz: .venv/test.done
	@echo "【损坏的文件】随机损坏各种格式的工作簿，只许得出问题清单（种子 $(SEED)，$(SECONDS) 秒）"
	@.venv/bin/python -m tests.fuzz --seed $(SEED) --seconds $(SECONDS)

# A thousand changed cells that must be named and a thousand harmless saves by LibreOffice that must not; about half an hour.
TRIALS ?= 1000
seal-trials: .venv/test.done
	@echo "【封签】随机改动和无害的另存各 $(TRIALS) 次"
	@SEAL_TRIALS=$(TRIALS) .venv/bin/python -m pytest -q tests/office/test_seal.py

# How well and how fast three lists of 20,000 invented enterprises are matched: make bench-screening COUNT=2000
COUNT ?= 20000
.PHONY: bench-screening
bench-screening: .venv/test.done
	@echo "【排查】编造的三类清单，$(COUNT) 家企业：合并得对不对、全不全"
	@.venv/bin/python -m tests.bench.screening --count $(COUNT)

# The table of the README, measured anew on this computer
.PHONY: speed
speed: .venv/test.done
	@$(PIP) --editable '.[bench]'
	@echo "【速度】几种做法轮流运行，取中位数，写进 README"
	@.venv/bin/python -m tests.bench S | .venv/bin/python -m docs.speed

pictures: system .venv/demo.done
	@echo "【图片】用 LibreOffice 画出 docs/images/"
	@.venv/bin/python -m docs.pictures

manual: .venv/test.done
	@echo "【手册】build/手册/index.html"
	@.venv/bin/python -m sphinx -q -W --keep-going docs build/手册

# One archive for Windows, Linux x86-64 and ARM64 each; 120 MB more for every Python it serves: make bundle PYTHONS=3.12
PYTHONS ?= 3.11 3.12 3.13 3.14
bundle: manual
	@echo "【离线安装包】build/离线安装包（Python $(PYTHONS)）"
	@.venv/bin/python -m bundle $(PYTHONS:%=--python %)

.PHONY: system
system:
	@echo "【准备】LibreOffice 等测试所用的程序"
	@.ci/system

.venv/bin/python:
	@echo "【准备】Python 环境 .venv"
	@.ci/venv

.venv/demo.done: pyproject.toml constraints.txt | .venv/bin/python
	@echo "【准备】安装 xltools 和它所用的库（第一次约一两分钟）"
	@$(PIP) --editable .
	@$(COMPILE)
	@touch $@

# system first: it may bring the Python that .venv is made with
.venv/test.done: pyproject.toml constraints.txt | system .venv/bin/python
	@echo "【准备】安装 xltools 和测试所用的库（第一次约一两分钟）"
	@$(PIP) --editable '.[excel,test]'
	@$(COMPILE)
	@touch $@ .venv/demo.done

$(MODULES)/done: tests/validator/package.json | system
	@echo "【准备】Open XML 校验程序"
	@npm install --prefix tests/validator --no-package-lock --no-audit --no-fund --loglevel error
	@touch $@
