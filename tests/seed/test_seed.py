"""Fellowships and formats: that they are whole and agree with themselves and with what sources' codes mean."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meetings.vocabulary import Vocabulary, vocabulary_from_documents
from tests.outside import ROOT

SEED = ROOT / "seed"
REFERENCE = ROOT.parent / "shared" / "reference" / "formats.json"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_file(), reason="the checked table of codes is not beside the repository (../shared/reference)"
)


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


FORMATS: dict[str, Any] = _read(SEED / "formats.json")
FELLOWSHIPS: dict[str, Any] = _read(SEED / "fellowships.json")
VOCABULARY: Vocabulary = vocabulary_from_documents(FORMATS, FELLOWSHIPS)
EXPECTED_FELLOWSHIPS = {
    *("NA", "AA", "HA", "MARA", "CA", "CMA", "MA", "PA", "NICA"),
    *("DAA", "CDA", "AAA", "DRA", "DDA", "DTR", "SMART", "RD", "RR"),
    *("LIFERING", "WFS", "SOS", "MM", "CR", "MILLATI", "WELLBRIETY", "ALLREC", "SHERECOVERS"),
    *("PHOENIX", "RECOVERY20", "NAR_ANON", "NARATEEN", "AL_ANON", "ALATEEN", "FA_FAMILIES", "PAL", "CO_ANON"),
    *("GAM_ANON", "SMART_FF", "LTC", "GRASP", "ACA", "CODA", "RCA", "GA", "OA"),
    *("CEA_HOW", "EDA", "ABA", "FA_FOOD", "FAA", "SAA", "SA", "SCA", "SLAA"),
    *("DA", "UA", "CLA", "EA", "SIA", "VA", "DBSA", "NAMI", "SG"),
}
FIELDS = {
    *("code", "name", "url", "approaches", "concerns", "for_whom", "description", "aliases"),
    *("usual_minutes", "medication"),
}


def _repeated(codes: Iterator[Any]) -> list[Any]:
    return [code for code, times in Counter(codes).items() if times > 1]


# --- Formats ------------------------------------------------------------------------------------


def test_there_are_113_formats_and_no_code_twice() -> None:
    codes = [row["code"] for row in FORMATS["formats"]]
    assert (len(codes), len(set(codes))) == (113, 113)


@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
def test_every_format_has_a_label_in(language: str) -> None:
    assert [row["code"] for row in FORMATS["formats"] if not row["labels"].get(language)] == []


def test_labels_of_one_language_differ() -> None:
    for language in ("en", "es", "fr", "de"):
        assert _repeated(row["labels"][language].casefold() for row in FORMATS["formats"]) == []


def test_every_format_has_one_plain_english_sentence() -> None:
    texts = {row["code"]: row["descriptions"]["en"] for row in FORMATS["formats"]}
    assert [code for code, text in texts.items() if not re.fullmatch(r"[A-Z][^.]+\.", text)] == []


def test_what_has_a_field_of_its_own_is_no_format() -> None:
    marked = {row["code"] for row in FORMATS["formats"] if row.get("field")}
    attendance = {"IN_PERSON", "ONLINE", "HYBRID", "PHONE", "LANGUAGE"}
    assert marked == attendance | {"MAT_WELCOMING", "MAT_UNSTATED", "MAT_LIMITS_SHARING"}
    assert marked.isdisjoint(VOCABULARY.formats)


def test_a_meeting_guide_code_has_one_meaning() -> None:
    codes = [code.casefold() for row in FORMATS["formats"] for code in row.get("meeting_guide", ())]
    assert _repeated(iter((*codes, *map(str.casefold, FORMATS["languages"])))) == []


def test_a_world_id_has_one_meaning_but_lang() -> None:
    assert _repeated(code for row in FORMATS["formats"] for code in row.get("naws", ())) == ["LANG"]


def test_a_code_has_one_meaning_in_a_fellowship() -> None:
    told = [(o["fellowship"], o["code"].casefold()) for row in FORMATS["formats"] for o in row.get("overrides", ())]
    blocked = [(row["fellowship"], row["code"].casefold()) for row in FORMATS["not_default"]]
    spoken = [(f, code.casefold()) for f, codes in FORMATS["language_overrides"].items() for code in codes]
    assert _repeated(iter((*told, *blocked, *spoken))) == []


def test_code_tables_speak_of_known_fellowships() -> None:
    named = {f for f, _ in VOCABULARY.overrides} | set(FORMATS["language_overrides"])
    assert named - set(VOCABULARY.fellowships) == set()


def test_language_tags_are_bcp_47() -> None:
    tables = ("languages", "bmlt_languages", "sign_languages")
    tags = {tag for table in tables for tags in getattr(VOCABULARY, table).values() for tag in tags}
    assert len(FORMATS["languages"]) == 38
    assert [tag for tag in tags if not re.fullmatch(r"[a-z]{2,3}", tag)] == []


@pytest.mark.parametrize(
    ("fellowship", "code", "languages"),
    [
        ("AA", "S", ("es",)),
        ("ACA", "SP", ("es",)),
        ("ACA", "S", ()),
        ("NA", "IT", ("it",)),
        ("SIA", "UA", ("uk",)),
        ("RD", "IS", ()),
        ("DA", "AR", ()),
        ("SLAA", "HR", ()),
    ],
)
def test_a_code_is_a_language_only_where_its_fellowship_means_one(
    fellowship: str, code: str, languages: tuple[str, ...]
) -> None:
    assert VOCABULARY.meeting_guide_languages(fellowship, code) == languages


@pytest.mark.parametrize(
    ("fellowship", "code", "meaning"),
    [
        ("AA", "A", "SECULAR"),
        ("ACA", "A", "ADULTS_ONLY"),
        ("ACA", "SP", None),
        ("ACA", "NS", "NEEDS_SUPPORT"),
        ("NA", "NS", "NON_SMOKING"),
        ("AL_ANON", "POA", "PARENTS"),
        ("SLAA", "POA", "PROOF_OF_ATTENDANCE"),
        ("SCA", "GL", None),
        ("CA", "TR", "TRADITIONS"),
        ("SIA", "TR", None),
    ],
)
def test_a_code_is_read_as_its_fellowship_means_it(fellowship: str, code: str, meaning: str | None) -> None:
    assert VOCABULARY.meeting_guide_format(fellowship, code) == meaning


def test_the_world_id_of_all_languages_leaves_the_choice_to_the_key() -> None:
    assert VOCABULARY.bmlt_format("NA", "LANG", "BL", "Bi-Lingual") == "BILINGUAL"
    assert VOCABULARY.bmlt_format("NA", "LANG", "ES", "Español") == "LANGUAGE"


def test_a_stock_key_counts_only_under_its_stock_name() -> None:
    assert VOCABULARY.bmlt_format("NA", "", "SL", "ASL") == "SIGN_LANGUAGE"
    assert VOCABULARY.bmlt_format("NA", "", "SL", "Slovenian") is None


# --- Against the table that was checked code by code with the sources ---------------------------


def _program(code: str) -> str:
    return code.upper().replace("-", "_")


def _reference_overrides(reference: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for row in reference["formats"]:
        for override in row["tsml_program_overrides"]:
            if override["program"] != "*":
                yield _program(override["program"]), override["code"], row["code"]


@needs_reference
def test_formats_and_categories_are_those_of_the_reference() -> None:
    expected = [(row["code"], row["category"]) for row in _read(REFERENCE)["formats"]]
    assert [(row["code"], row["category"]) for row in FORMATS["formats"]] == expected


@needs_reference
def test_every_fellowship_code_means_what_the_reference_says() -> None:
    told = list(_reference_overrides(_read(REFERENCE)))
    assert len(told) == 155
    assert [row for row in told if VOCABULARY.meeting_guide_format(row[0], row[1]) != row[2]] == []


@needs_reference
def test_a_fellowships_own_literature_is_never_taken_for_something_else() -> None:
    unmapped = _read(REFERENCE)["fellowship_specific_unmapped"]
    pairs = [(_program(program), row.split("=")[0]) for program, rows in unmapped.items() for row in rows]
    assert len(pairs) == 66
    assert {VOCABULARY.meeting_guide_format(*pair) for pair in pairs} == {None}
    assert {VOCABULARY.meeting_guide_languages(*pair) for pair in pairs} == {()}


@needs_reference
def test_the_nine_clashes_are_blocked() -> None:
    blocked = {(row["fellowship"], row["code"]) for row in FORMATS["not_default"]}
    clashes = {(_program(program), code) for program, code, _, _ in _read(REFERENCE)["clashes"]}
    assert len(clashes) == 9
    assert clashes <= blocked


@needs_reference
def test_every_meeting_guide_type_means_what_the_reference_says() -> None:
    rows = [row for row in _read(REFERENCE)["formats"] if row["code"] != "LANGUAGE"]
    told = [(code, row["code"]) for row in rows for code in row["meeting_guide"] + row["meeting_guide_proposed"]]
    assert [pair for pair in told if VOCABULARY.meeting_guide_format("AA", pair[0]) != pair[1]] == []


@needs_reference
def test_other_fellowships_share_the_meaning_of_what_they_do_not_use_otherwise() -> None:
    reference = _read(REFERENCE)
    told = [(code, row["code"]) for row in reference["formats"] for code in row["meeting_guide"]]
    own = set(VOCABULARY.overrides) | set(VOCABULARY.language_overrides)
    shared = [(f, *pair) for f in VOCABULARY.fellowships for pair in told if (f, pair[0].casefold()) not in own]
    plain = [row for row in shared if row[2] != "LANGUAGE"]
    assert [row for row in plain if VOCABULARY.meeting_guide_format(row[0], row[1]) != row[2]] == []


@needs_reference
def test_languages_are_those_of_the_reference() -> None:
    reference = _read(REFERENCE)
    assert FORMATS["languages"] == reference["meeting_guide_language_tags"]
    told = {key: [tag] if isinstance(tag, str) else tag for key, tag in reference["bmlt_language_keys"].items()}
    assert FORMATS["bmlt_languages"] == told


@needs_reference
def test_every_world_id_means_what_the_reference_says() -> None:
    rows = _read(REFERENCE)["formats"]
    told = [(world, row["code"]) for row in rows for world in row["naws_world_ids"] if world != "LANG"]
    assert len(told) > 30
    assert [pair for pair in told if VOCABULARY.bmlt_format("", pair[0], "", "") != pair[1]] == []


@needs_reference
def test_every_stock_key_stands_where_the_reference_has_it() -> None:
    told = {row["code"]: row["bmlt_keys_en"] for row in _read(REFERENCE)["formats"]}
    ours = {row["code"]: [stock["key"] for stock in row.get("bmlt", ())] for row in FORMATS["formats"]}
    assert ours == told


# --- Fellowships --------------------------------------------------------------------------------


def test_every_fellowship_of_the_field_is_there() -> None:
    codes = [row["code"] for row in FELLOWSHIPS["fellowships"]]
    assert EXPECTED_FELLOWSHIPS - set(codes) == set()
    assert _repeated(iter(codes)) == []


def test_every_fellowship_has_all_fields() -> None:
    assert {row["code"]: FIELDS ^ set(row) for row in FELLOWSHIPS["fellowships"] if set(row) != FIELDS} == {}


def test_a_fellowship_is_described_in_two_sentences() -> None:
    texts = {row["code"]: row["description"] for row in FELLOWSHIPS["fellowships"]}
    two = re.compile(r"[A-Z][^.]+\. [A-Z][^.]+\.")
    assert [code for code, text in texts.items() if not two.fullmatch(text)] == []


def test_fellowships_name_known_concerns_and_approaches() -> None:
    for row in FELLOWSHIPS["fellowships"]:
        assert set(row["concerns"]) <= set(VOCABULARY.concerns), row["code"]
        assert row["approaches"], row["code"]
        assert set(row["approaches"]) <= VOCABULARY.approaches, row["code"]


def test_only_a_fellowship_of_no_kind_has_no_concern() -> None:
    assert [row["code"] for row in FELLOWSHIPS["fellowships"] if not row["concerns"]] == ["SG"]


def test_every_concern_has_a_fellowship_and_is_covered_by_known_ones() -> None:
    for row in FELLOWSHIPS["concerns"]:
        assert set(row["covered_by"]) <= set(VOCABULARY.concerns), row["code"]
        assert VOCABULARY.fellowships_for_concerns([row["code"]]), row["code"]


def test_opioids_find_broad_fellowships_and_no_families_or_other_narrow_ones() -> None:
    found = VOCABULARY.fellowships_for_concerns(["OPIOIDS"])
    assert {"NA", "HA", "MARA", "SMART", "RD", "ALLREC"} <= found
    assert found.isdisjoint({"AA", "CMA", "MA", "GA", "OA", "NAR_ANON", "CLA", "VA", "SG"})


def test_families_are_found_by_their_own_concern() -> None:
    found = VOCABULARY.fellowships_for_concerns(["FAMILY_ADDICTION"])
    assert {VOCABULARY.fellowships[code].for_whom.name for code in found} == {"FAMILY_FRIENDS", "YOUTH_OF_FAMILY"}


def test_only_mara_is_welcoming_by_itself() -> None:
    stances = {f.code: f.medication.name for f in VOCABULARY.fellowships.values()}
    assert {code for code, stance in stances.items() if stance != "UNSTATED"} == {"MARA"}
    assert stances["MARA"] == "WELCOMING"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("al-anon", "AL_ANON"), ("ACoA", "ACA"), ("Narcotics Anonymous", "NA"), ("cea-how", "CEA_HOW"), ("FA", None)],
)
def test_people_type_fellowships_in_many_ways(typed: str, code: str | None) -> None:
    assert VOCABULARY.fellowship_code(typed) == code


def test_links_are_absolute() -> None:
    links = [row["url"] for row in FELLOWSHIPS["fellowships"] if row["url"] is not None]
    assert [link for link in links if not re.fullmatch(r"https?://[a-z0-9.-]+/", link)] == []
