"""Each guard of the write path taken away in turn, at run time and from outside: the adversary must find every hole.

The product has no switch for any of this. `guards.py` names the guards, `removal.py` is how one is taken away.
"""
