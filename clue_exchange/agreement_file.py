"""
The agreement's file: YAML that both parties read, change before they sign, and hand to each other.

The file says everything: a field that is left out is named, never filled in. Comments and layout are not signed.
"""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from clue_exchange.agreements import SignedAgreement
from clue_exchange.errors import AgreementInvalid
from schemas.agreement import Agreement
from schemas.errors import InvalidEvent

CAP_BYTES = 64 * 1024
HEADINGS: Mapping[str, str] = {
    "version": "合作协议 The cooperation agreement. Change what does not fit, then both sign it: agreement sign FILE",
    "region": "地区代码与层级(同级移送) region (GB/T 2260) and level: both agencies are of this level",
    "federation": "双方及其公钥(电话核对) the parties and their public keys: compare them by telephone",
    "valid_from": "期间 clues may be opened from the first to the last of these days; running cases go on",
    "categories": "人员类别 the groups of women whom a clue may be about",
    "sharing": "可共享的信息 the fields that each party may tell the other, and nobody else",
    "deadlines": "期限 how long each duty may take: working_days (国务院工作日) or months",
    "aid": "多元帮扶 the kinds of further aid: who answers when the other asks (or either), and which body provides it",
    "liaison": "联络部门 whom the other side calls",
    "meeting": "会商 the joint meeting: every so many months, on this day or the next working day",
    "limits": "告警时限 after so many minutes both operators are alarmed: of missing numbers, of waiting events",
    "keep_years": "保存年限 records are kept for so many years (PIPL art. 56: three or more)",
    "signatures": "签名 who has signed the text above",
}


def read_agreement(path: Path) -> SignedAgreement:
    """
    Read an agreement file; its signatures are not checked.

    Raises:
        AgreementInvalid: names the file and the fields.
    """
    try:
        return _signed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AgreementInvalid(f"{path}: {error.strerror}") from None
    except InvalidEvent as error:
        raise AgreementInvalid(f"{path}: {'; '.join(error.problems)}") from None
    except (yaml.YAMLError, AttributeError, TypeError, ValueError, RecursionError, binascii.Error):
        raise AgreementInvalid(f"{path}: is not an agreement file (YAML)") from None


def write_agreement(path: Path, signed: SignedAgreement, words: Mapping[str, str] | None = None) -> None:
    """Write the file that parties hand to each other; `words` say beside a key or a code what it means."""
    signatures = {agency: base64.b64encode(s).decode("ascii") for agency, s in signed.signatures.items()}
    content = {**signed.agreement.model_dump(mode="json", exclude_none=True), "signatures": signatures}
    path.write_text("".join(_lines(content, words or {})), encoding="utf-8")


def _signed(text: str) -> SignedAgreement:
    if len(text) > CAP_BYTES:
        raise ValueError("too large")
    content = yaml.load(text, Loader=_Strict)  # noqa: S506  # a safe loader that is stricter
    signatures = content.pop("signatures", None) or {}
    decoded = {agency: base64.b64decode(text, validate=True) for agency, text in signatures.items()}
    agreement = Agreement.read(content)
    if missing := list(_left_out(agreement)):
        raise InvalidEvent("Agreement", (f"{', '.join(missing)}: is left out; write what is agreed",))
    return SignedAgreement(agreement, decoded)


def _left_out(part: BaseModel, path: str = "") -> Iterator[str]:
    """The fields that the file does not have, by their paths."""
    for name, value in part:
        if value is not None and name not in part.model_fields_set:
            yield path + name
        elif isinstance(value, BaseModel):
            yield from _left_out(value, f"{path}{name}.")


def _lines(content: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[str]:
    for name, value in content.items():
        if name in HEADINGS:
            yield f"\n# {HEADINGS[name]}\n"
        for line in yaml.safe_dump({name: value}, allow_unicode=True, sort_keys=False).splitlines():
            said = re.match(r" +(?:- )?(\w+)(?::.*)?$", line) or re.match(r"- (\w+)$", line)
            yield f"{line}  # {words[said[1]]}\n" if said is not None and said[1] in words else f"{line}\n"


class _Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the one of the two that is here
    """A safe loader that takes no key twice."""


def _without_repeats(loader: _Strict, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    pairs = [
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    ]
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content


_Strict.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _without_repeats)
