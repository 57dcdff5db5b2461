"""Checks the manifests that its arguments name, and those within their ConfigMaps, against KEDA's definitions and manifests.yaml.

Out: a line for each thing that is wrong, and status 1 if there is any.
"""

import sys
from pathlib import Path

import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject
from jsonschema import Draft202012Validator


def closed(schema):
    """The schema, allowing no field that it does not list."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: closed(each) for name, each in schema.items()}
    return {"type": "object", "additionalProperties": False, **schema} if "properties" in schema else schema


schemas = closed(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text()))
published = {"ScaledObject": closed(ScaledObject.model_json_schema())}


def complaints(manifest):
    kind = manifest["kind"]
    if kind not in schemas:
        return [f"no kind {kind} is known"]
    found = [
        f"{kind}: {error.json_path}: {error.message}"
        for schema in [schemas[kind], published.get(kind, {})]
        for error in Draft202012Validator(schema).iter_errors(manifest)
    ]
    if found:
        return found
    if kind == "ConfigMap":
        return [each for text in manifest["data"].values() for each in complaints(yaml.safe_load(text))]
    if kind == "EndpointPickerConfig":
        names = {plugin.get("name", plugin["type"]) for plugin in manifest["plugins"]}
        used = {plugin["pluginRef"] for profile in manifest["schedulingProfiles"] for plugin in profile["plugins"]}
        return [f"{kind}: there is no plugin {name}" for name in used - names]
    return []


found = [each for path in sys.argv[1:] for manifest in yaml.safe_load_all(Path(path).read_text()) for each in complaints(manifest)]
print("\n".join(found))
sys.exit(bool(found))
