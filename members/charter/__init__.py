"""Charter files of a SIG (README.md, sig-info.yaml, OWNERS): reading, comparing, applying, writing.

`facts` is the neutral form; `readme`, `sig_info` and `owners` read and write one kind each, purely.
"""
