"""Places the staged suite in a project without losing anything that people wrote there.

`run.finish` is the entry point. It reads the template's plain files (`tree`), inserts the answers
(`features`, `rendering`), decides what to do with each file (`plan`, `merge`, `additive`), and
does it (`act`). `manifest` records what was placed, `report` tells the user.

Standard library only, Python 3.10 or later. The package runs from the staging folder and is
removed with it.
"""
