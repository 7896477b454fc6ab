"""Templates, checks and summaries for the air-pollution performance grading of key industries (重点行业绩效分级).

Start at `xltools.actions`: one module per verb. Nothing is imported here, and nobody imports this module.
"""

__version__ = "0.1.0"
