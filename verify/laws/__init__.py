"""The laws that every plan must obey, each with the section of the contract that it is from."""

from verify.laws import checks, days, document, doses, findings, supply
from verify.laws.law import LAWS, Law

__all__ = ["LAWS", "Law", "checks", "days", "document", "doses", "findings", "supply"]
