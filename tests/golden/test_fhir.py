"""The FHIR Bundle of the four plans, byte for byte, and valid by R4's own JSON Schema."""

from __future__ import annotations

import json
import lzma
from functools import lru_cache
from pathlib import Path

import pytest
from jsonschema import Draft6Validator

from golden.plans import NAMES, assert_same_as_kept, rendered

# fhir.schema.json of FHIR R4 (4.0.1) as HL7 published it (CC0), unaltered but compressed
SCHEMA = Path(__file__).parents[1] / "data" / "fhir-r4.schema.json.xz"


@lru_cache(maxsize=1)
def definitions() -> dict:
    """R4's definitions; a resource within a resource is checked by itself (see `resources`).

    The schema would try each of its 147 kinds of resource on every entry, which takes minutes.
    """
    schema = json.loads(lzma.decompress(SCHEMA.read_bytes()))
    assert schema["id"] == "http://hl7.org/fhir/json-schema/4.0"
    return {**schema["definitions"], "ResourceList": {"required": ["resourceType"]}}


def resources(resource: dict):
    """A resource, and every one within it."""
    yield resource
    for within in resource.get("contained", ()):
        yield from resources(within)
    for entry in resource.get("entry", ()):
        yield from resources(entry["resource"])


def faults(bundle: dict) -> list[str]:
    found = []
    for resource in resources(bundle):
        kind = resource["resourceType"]
        schema = {"$ref": f"#/definitions/{kind}", "definitions": definitions()}
        errors = Draft6Validator(schema).iter_errors(resource)
        found += [f"{kind} {error.json_path}: {error.message[:200]}" for error in errors]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_bytes(name):
    assert_same_as_kept(name, ".fhir.json")


@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid_by_the_official_schema(name):
    assert faults(json.loads(rendered(name, ".fhir.json"))) == []


def test_the_schema_finds_a_fault():
    bundle = json.loads(rendered("fentanyl-patch", ".fhir.json"))
    bundle["entry"][1]["resource"]["dosageInstruction"][0]["sequence"] = "first"
    bundle["entry"][1]["resource"]["contained"][0]["unheard"] = True
    found = faults(bundle)
    assert any("'first' is not of type 'number'" in fault for fault in found)
    assert any("'unheard' was unexpected" in fault for fault in found)
