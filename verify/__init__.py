"""The second reading of the contract, and the exhaustive sweep that holds the program to it.

What is expected of a plan is worked out anew here, from the contract and the formulary's facts;
nothing in this package asks the engine what is right, and no part of it is shared with the engine.

- ``planner`` (with ``curve``, ``choice``, ``shelf``, ``goal``, ``clock``, ``times``) makes the rows
  of a taper, ``several``, ``needed`` and ``short`` those of the other kinds of plan;
- ``calendar`` makes the checks, ``label`` reads directions as a patient does;
- ``laws`` look at the JSON of a plan (``view``) and say what is broken; tests share them;
- ``starts``, ``asking``, ``sweep``, ``tally`` and ``page`` plan every starting regimen of every US
  product with every common rule: ``python -m verify`` (``make verify``).
"""
