"""The exhaustive sweep: every starting regimen of every US product, every law on every plan.

``python -m verify`` (``make verify``) plans them all, which takes about an hour on one core, and
writes ``docs/verification/sweep.md``. What is expected of a plan is worked out anew here, from
the contract and the formulary's facts; nothing in this package asks the engine what is right.
"""
