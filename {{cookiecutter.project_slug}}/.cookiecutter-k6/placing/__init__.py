"""Places the staged suite into a project without losing anything that people wrote there.

`run.finish` is the entry point. It reads the template's plain files (`tree`), carries the answers
into them (`features`, `rendering`), decides what to do with each file (`plan`, `merge`,
`additive`), and does it (`act`). `manifest` remembers what was placed, `report` tells the user.

Standard library only, Python 3.10 or later. The package runs from the staging folder and is
removed with it.
"""
